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
 * http://, https:// or ssh:// (each without a port), or USER@HOST:OWNER/NAME. Returns false for other
 * URLs; out is then undefined. */
bool vv_issue_home(vv_buf *out, const char *url);
/* Appends the URL of the form. home: a result of vv_issue_home. title, body: the initial texts of
 * the form. */
void vv_issue_put(vv_buf *out, const char *home, const char *title, const char *body);

/* Appends the address of the host's form for a request that merges `branch` into `base`. home: as for
 * vv_issue_put. */
void vv_issue_put_request(vv_buf *out, const char *home, const char *base, const char *branch);

#endif
