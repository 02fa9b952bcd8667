/*
 * login: a name and a token for a private host, for Git's credential helper.
 *
 * The secret is written to the standard input of `git credential approve`, and to nothing else.
 */
#ifndef VV_CMD_WEB_MODEL_LOGIN_H
#define VV_CMD_WEB_MODEL_LOGIN_H

#include "cmd/web/model/command.h"

/* Returns true if the message of a failed command is about a login that is missing or wrong. */
bool vv_web_login_is_needed(const char *message);

/* Passes the fields `user` and `password` of the form, for the host of url, to Git's credential helper.
 * If none is configured, sets credential.helper of the user to Git's cache, which forgets after a
 * day. env: as in vv_web_command. VV_EUSAGE: a field is empty or has several lines, url is not of
 * HTTP, or git failed. */
vv_status vv_web_login(vv_web_visit *v, const vv_env *env, const vv_web_verb *verb, const char *url,
		       vv_error *err);

#endif
