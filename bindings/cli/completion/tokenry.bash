# Bash completion for tokenry(1): commands, options, and from the store, where it can be read,
# tokens, owners and scopes. The two tables below are compared with the program by a test.

# The options that every command takes.
_tokenry_global_options='--store --key-file --actor --json --help'

# Prints the commands below a command ("" for tokenry itself).
_tokenry_commands() {
  case $1 in
    '') echo 'init create verify list show edit rotate suspend resume revoke purge scope owner freeze thaw log backup check stat' ;;
    scope) echo 'list add' ;;
    owner) echo 'list show set suspend resume rename delete' ;;
  esac
}

# Prints the options of a command, but for the global ones.
_tokenry_options() {
  case $1 in
    '') echo '--version' ;;
    init) echo '--catalog --prefix --group --unsealed' ;;
    create)
      echo '--scope --no-scopes --expires --not-before --note --like --allow-ip' \
        '--max-uses --rate --out --as'
      ;;
    verify) echo '--scope --ip' ;;
    list) echo '--owner --status --scope --label --sort --limit' ;;
    edit)
      echo '--label --scopes --add-scope --remove-scope --expires --not-before --note' \
        '--allow-ip --max-uses --rate --dry-run'
      ;;
    rotate) echo '--overlap --retire-on-use --finish --abort --out --as' ;;
    revoke | purge) echo '--dry-run' ;;
    log)
      echo '--follow --token --owner --since --limit --export --head --verify --public-key'
      ;;
    'scope add') echo '--group --text --everything --escalates' ;;
    'owner set') echo '--ceiling' ;;
    'owner delete' | freeze | thaw) echo '--yes' ;;
    backup) echo '--without-key' ;;
    check) echo '--head' ;;
  esac
}

# Runs the program with the store that the line names; the first column of its table, or of both
# with "/" between them.
_tokenry_ask() {
  local columns=$1
  shift
  "${_tokenry_program[@]}" "$@" 2>/dev/null </dev/null |
    awk -v columns="$columns" 'NR > 1 { print (columns == 2 ? $1 "/" $2 : $1) }'
}

# Completes the last part of a list with commas: the earlier parts stay in front of each proposal.
_tokenry_complete_list() {
  local word=$1 head='' part
  shift
  [[ $word != *,* ]] || head=${word%,*},
  while IFS= read -r part; do
    COMPREPLY+=("$head$part")
  done < <(compgen -W "$*" -- "${word#"$head"}")
  compopt -o nospace
}

# Completes the value of option $1; fails where it takes none.
_tokenry_complete_value() {
  local option=$1 word=$2
  case $option in
    --store) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    --key-file | --out | --verify) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --catalog) mapfile -t COMPREPLY < <(compgen -W whm -- "$word"; compgen -f -- "$word") ;;
    --group)
      [[ $_tokenry_command != init ]] || mapfile -t COMPREPLY < <(compgen -g -- "$word")
      ;;
    --as) mapfile -t COMPREPLY < <(compgen -W 'token header env' -- "$word") ;;
    --scope | --scopes | --add-scope | --remove-scope)
      _tokenry_complete_list "$word" "$(_tokenry_ask 1 scope list)"
      ;;
    --ceiling) _tokenry_complete_list "$word" "all $(_tokenry_ask 1 scope list)" ;;
    --owner) _tokenry_complete_list "$word" "$(_tokenry_ask 1 owner list)" ;;
    --status)
      _tokenry_complete_list "$word" \
        'active not_yet_valid expired owner_suspended suspended revoked tampered'
      ;;
    --sort)
      mapfile -t COMPREPLY < <(compgen -W \
        'owner label created expires status last-used none' -- "$word")
      ;;
    --like | --token)
      mapfile -t COMPREPLY < <(compgen -W "$(_tokenry_ask 2 list)" -- "$word")
      ;;
    --expires | --not-before)
      mapfile -t COMPREPLY < <(compgen -W '1d 7d 30d 90d 365d never' -- "$word")
      ;;
    --since)
      mapfile -t COMPREPLY < <(compgen -W '1h 12h 1d 7d 30d' -- "$word")
      ;;
    --overlap) mapfile -t COMPREPLY < <(compgen -W '0 1h 24h 7d 30d' -- "$word") ;;
    --allow-ip) mapfile -t COMPREPLY < <(compgen -W any -- "$word") ;;
    --max-uses | --rate) mapfile -t COMPREPLY < <(compgen -W none -- "$word") ;;
    --actor | --prefix | --note | --label | --limit | --ip | --text | --public-key) ;;
    *) return 1 ;;
  esac
}

# Completes a positional argument of the command.
_tokenry_complete_argument() {
  local word=$1
  case $_tokenry_command in
    backup) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    show | edit | rotate | suspend | resume | revoke | purge)
      mapfile -t COMPREPLY < <(compgen -W "$(_tokenry_ask 2 list) -" -- "$word")
      ;;
    create | 'owner show' | 'owner set' | 'owner suspend' | 'owner resume' | 'owner rename' | \
      'owner delete')
      mapfile -t COMPREPLY < <(compgen -W "$(_tokenry_ask 1 owner list)" -- "$word")
      ;;
  esac
}

# Reads the words before the cursor: the command, and the program with its global options.
_tokenry_read_line() {
  local i word next
  _tokenry_command=''
  _tokenry_program=("${COMP_WORDS[0]}")
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    next=${COMP_WORDS[i + 1]-}
    # A value typed as --store=DIR comes as three words.
    if [[ $next == = ]]; then
      next=${COMP_WORDS[i + 2]-}
    fi
    case $word in
      --store | --key-file)
        # The value may be quoted or begin with ~ on the line.
        next=${next/#\~/$HOME}
        next=${next//[\"\'\\]/}
        ((i + 1 >= COMP_CWORD)) || _tokenry_program+=("$word" "$next")
        ;;
    esac
    [[ -n $(_tokenry_commands "$_tokenry_command") ]] || continue
    if [[ " $(_tokenry_commands "$_tokenry_command") " == *" $word "* ]]; then
      _tokenry_command="${_tokenry_command:+$_tokenry_command }$word"
    fi
  done
}

_tokenry() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local _tokenry_command _tokenry_program
  COMPREPLY=()
  _tokenry_read_line
  # Readline splits words at "=".
  if [[ $word == = ]]; then
    word=''
  elif [[ $previous == = ]] && ((COMP_CWORD >= 2)); then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $previous == --* ]] && _tokenry_complete_value "$previous" "$word"; then
    return
  fi
  if [[ $word == -?* ]]; then
    mapfile -t COMPREPLY < <(compgen -W \
      "$(_tokenry_options "$_tokenry_command") $_tokenry_global_options" -- "$word")
  elif [[ -n $(_tokenry_commands "$_tokenry_command") ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_tokenry_commands "$_tokenry_command")" -- "$word")
  else
    _tokenry_complete_argument "$word"
  fi
}

complete -F _tokenry tokenry
