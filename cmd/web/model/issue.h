/*
 * issue: makes the URL of a form for a new issue at the repository's host, in which a user can
 * suggest a correction of a cell.
 *
 * The host is found in `homepage` of datapackage.json, or else in the URL of the remote "origin".
 * Supported are GitHub, GitLab, and hosts with the same URLs as GitHub (Gitea, Forgejo).
 */
#ifndef VV_CMD_WEB_MODEL_ISSUE_H
#define VV_CMD_WEB_MODEL_ISSUE_H

#include "base/buf.h"

/* Sets *out to "https://HOST/OWNER/NAME", converted from the URL of a repository in any form,
 * without user and password. Returns false if the URL does not name a repository at a host. */
bool vv_issue_home(vv_buf *out, const char *url);
/* Appends the URL of the form. home: from vv_issue_home. title, body: the text with which the form is filled in. */
void vv_issue_put(vv_buf *out, const char *home, const char *title, const char *body);

#endif
