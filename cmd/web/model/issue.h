/*
 * issue: the address of a form at the repository's host in which a cell's correction is suggested.
 *
 * The host is that of `homepage` in datapackage.json, else that of the remote "origin": GitHub, GitLab, or a host
 * with GitHub's addresses (Gitea, Forgejo).
 */
#ifndef VV_CMD_WEB_MODEL_ISSUE_H
#define VV_CMD_WEB_MODEL_ISSUE_H

#include "base/buf.h"

/* "https://HOST/OWNER/NAME" of a URL of any kind, without user and password; false: it names no repository of a host. */
bool vv_issue_home(vv_buf *out, const char *url);
/* Appends the address of the form. */
void vv_issue_put(vv_buf *out, const char *home, const char *title, const char *body);

#endif
