/*
 * issue: writes the URL of a form for a new issue at the repository's host. In the form, a user can
 * suggest a correction of a cell.
 *
 * Supported hosts are GitHub, GitLab, and hosts with the same URLs as GitHub (Gitea, Forgejo). A
 * host whose URL contains "gitlab" counts as GitLab.
 */
#ifndef VV_CMD_WEB_MODEL_ISSUE_H
#define VV_CMD_WEB_MODEL_ISSUE_H

#include "base/buf.h"

/* Sets *out to "https://HOST/OWNER/NAME", without user and password, for the URL of a repository:
 * http://, https:// or ssh:// (each without a port), or USER@HOST:OWNER/NAME. kind: the value of
 * remote.<name>.varveKind, or NULL. A URL of http:// or https:// with a port may be that of
 * `varve serve`, so it counts only if the kind is "git"; its scheme and port are then kept. Returns
 * false for other kinds and URLs; out is then undefined. */
bool vv_issue_home(vv_buf *out, const char *url, const char *kind);
/* Appends the URL of the empty form. home: a result of vv_issue_home. */
void vv_issue_put_form(vv_buf *out, const char *home);
/* Returns true if url can be that of an empty form: http:// or https://, ending with "/issues/new". */
bool vv_issue_is_form(const char *url);
/* Appends the URL of the filled form. form: the URL of the empty one; "/-/" in it means GitLab.
 * title, body: the initial texts of the form. */
void vv_issue_put(vv_buf *out, const char *form, const char *title, const char *body);

/* Appends the address of the host's form for a request that merges `branch` into `base`. home: as for
 * vv_issue_put. */
void vv_issue_put_request(vv_buf *out, const char *home, const char *base, const char *branch);

#endif
