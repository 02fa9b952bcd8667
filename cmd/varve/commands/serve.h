/*
 * serve: serves a clone to others as the setting varve.serveWhatIHave says.
 */
#ifndef VV_CMD_VARVE_COMMANDS_SERVE_H
#define VV_CMD_VARVE_COMMANDS_SERVE_H

#include <stdbool.h>

/* Returns true if `where` is the URL of a relay, http:// or https://; other texts are addresses. */
bool vv_serve_is_relay(const char *where);
/* Serves the repository in `folder` read-only at `where`, until a signal: if it trusts a signed head, only
 * signed heads and their refs (`varve serve --signed`). Through a relay a repository without a signed head is not
 * served. At an address, announces it on the local network if varve.discover is "lan". Sets the
 * setting of the repository to `where`. Returns the exit code, if the server does not start; else
 * varve-web replaces this process. */
int vv_serve_what_is_here(const char *folder, const char *where, bool quiet);

#endif
