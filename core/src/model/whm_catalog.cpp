// The 64 privileges ("ACLs") of WHM with their groups, as cPanel's public documentation lists them
// (docs.cpanel.net: "Edit Reseller Nameservers and Privileges", "Feature Limits (ACL Lists)"). A
// group is written "section / group", since two groups of one name stand in different sections.
#include <array>

#include "model/catalog.hpp"

namespace tokenry::model {

namespace {

struct Privilege {
  const char* name;
  const char* group;
  const char* text;
  bool everything = false;
  bool escalates = false;
};

// The order gives each its bit, so it never changes; new ones are added at the end.
constexpr std::array<Privilege, 64> kWhmPrivileges = {{
    {"acct-summary", "Basic Privileges / Initial Privileges", "Account Summary"},
    {"basic-system-info", "Basic Privileges / Initial Privileges", "Basic System Information"},
    {"basic-whm-functions", "Basic Privileges / Initial Privileges", "Basic WHM Functions"},
    {"connected-applications", "Basic Privileges / Initial Privileges",
     "Configure connected external applications"},
    {"cors-proxy-get", "Basic Privileges / Initial Privileges", "Allow CORS HTTP Requests"},
    {"cpanel-api", "Basic Privileges / Initial Privileges",
     "Perform cPanel API and UAPI functions through the WHM API"},
    {"cpanel-integration", "Basic Privileges / Initial Privileges",
     "Manage cPanel Integration Links"},
    {"create-user-session", "Basic Privileges / Initial Privileges", "Create User Session", false,
     true},
    {"digest-auth", "Basic Privileges / Initial Privileges", "Digest Authentication"},
    {"generate-email-config", "Basic Privileges / Initial Privileges",
     "Generate Mobile Email Configurations"},
    {"list-pkgs", "Basic Privileges / Initial Privileges", "List Packages"},
    {"manage-api-tokens", "Basic Privileges / Initial Privileges", "Manage API Tokens", false,
     true},
    {"manage-dns-records", "Basic Privileges / Initial Privileges", "Manage DNS Records"},
    {"manage-oidc", "Basic Privileges / Initial Privileges", "Manage OpenID Connect"},
    {"manage-styles", "Basic Privileges / Initial Privileges", "Manage Styles"},
    {"mysql-info", "Basic Privileges / Initial Privileges", "MySQL Information"},
    {"ns-config", "Basic Privileges / Initial Privileges", "Nameserver Configuration"},
    {"public-contact", "Basic Privileges / Initial Privileges", "Public Contact Information"},
    {"ssl-info", "Basic Privileges / Initial Privileges", "SSL Information"},
    {"track-email", "Basic Privileges / Initial Privileges", "Track Email"},
    {"list-accts", "Standard Privileges / Account Information", "List Accounts"},
    {"show-bandwidth", "Standard Privileges / Account Information", "View Account Bandwidth Usage"},
    {"create-acct", "Standard Privileges / Account Management", "Create Accounts"},
    {"kill-acct", "Standard Privileges / Account Management", "Terminate Accounts"},
    {"suspend-acct", "Standard Privileges / Account Management", "Suspend/Unsuspend Accounts"},
    {"upgrade-account", "Standard Privileges / Account Management", "Upgrade/Downgrade Accounts"},
    {"ssl", "Standard Privileges / Account Management", "SSL Site Management"},
    {"ssl-buy", "Standard Privileges / Account Management", "Purchase SSL Certificates"},
    {"ssl-gencrt", "Standard Privileges / Account Management", "SSL CSR/Certificate Generator"},
    {"edit-mx", "Standard Privileges / Account Management", "Edit MX Entries"},
    {"passwd", "Standard Privileges / Account Management", "Change Passwords", false, true},
    {"file-restore", "Standard Privileges / Account Management", "File and Directory Restoration"},
    {"create-dns", "Standard Privileges / DNS", "Add DNS Zones"},
    {"kill-dns", "Standard Privileges / DNS", "Remove DNS Zones"},
    {"park-dns", "Standard Privileges / DNS", "Park DNS Zones"},
    {"edit-dns", "Standard Privileges / DNS", "Edit DNS Zones"},
    {"add-pkg", "Standard Privileges / Packages", "Add/Remove Packages"},
    {"edit-pkg", "Standard Privileges / Packages", "Edit Packages"},
    {"thirdparty", "Standard Privileges / Third-Party Services", "Manage Third-Party Services"},
    {"mailcheck", "Standard Privileges / Troubleshooting", "Troubleshoot Mail Delivery"},
    {"news", "Standard Privileges / cPanel Management", "News Modification"},
    {"assign-root-account-enhancements", "Standard Privileges / Account Enhancements",
     "Use Root Account Enhancements"},
    {"allow-shell", "Package Privileges / Accounts",
     "Allow Creation of Accounts with Shell Access"},
    {"viewglobalpackages", "Package Privileges / Package Access", "Use Root Packages"},
    {"allow-addoncreate", "Package Privileges / Package Creation",
     "Create Packages with Addon Domains"},
    {"allow-parkedcreate", "Package Privileges / Package Creation",
     "Create Packages with Parked (Alias) Domains"},
    {"add-pkg-ip", "Package Privileges / Package Creation",
     "Create Packages with Dedicated IP Address"},
    {"add-pkg-shell", "Package Privileges / Package Creation", "Create Packages with Shell Access"},
    {"allow-unlimited-pkgs", "Package Privileges / Package Creation",
     "Create Packages with Unlimited Features"},
    {"allow-emaillimits-pkgs", "Package Privileges / Package Creation",
     "Create Packages with Custom Email Limits"},
    {"allow-unlimited-disk-pkgs", "Package Privileges / Package Creation",
     "Create Packages with Unlimited Disk Usage"},
    {"allow-unlimited-bw-pkgs", "Package Privileges / Package Creation",
     "Create Packages with Unlimited Bandwidth"},
    {"status", "Global Privileges / Server Information", "View Server Status"},
    {"stats", "Global Privileges / Server Information", "View Server Information"},
    {"restart", "Global Privileges / Services", "Restart Services"},
    {"resftp", "Global Privileges / Troubleshooting", "Resynchronize FTP Passwords"},
    {"edit-account", "Super Privileges / Account Management", "Account Modification"},
    {"limit-bandwidth", "Super Privileges / Account Management", "Bandwidth Limiting Modification"},
    {"quota", "Super Privileges / Account Management", "Quota Modification"},
    {"demo-setup", "Super Privileges / Account Management", "Set an Account to be a Demo Account"},
    {"rearrange-accts", "Super Privileges / Advanced Account Management", "Rearrange Accounts"},
    {"clustering", "Super Privileges / Clustering", "DNS Clustering"},
    {"locale-edit", "Super Privileges / Locales", "Modify & Create Locales"},
    {"all", "Root Access / Everything", "All Features", true, true},
}};

}  // namespace

std::optional<std::vector<Scope>> built_in_catalog(std::string_view name) {
  if (name != "whm") return std::nullopt;
  std::vector<Scope> scopes;
  for (const Privilege& p : kWhmPrivileges) {
    scopes.push_back({p.name, p.group, p.text, p.everything, p.escalates});
  }
  return scopes;
}

}  // namespace tokenry::model
