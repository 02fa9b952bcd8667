/*
 * credential: a user and a secret for a web server, as git's credential helpers have them.
 */
#ifndef VV_TRANSPORT_HTTP_CREDENTIAL_H
#define VV_TRANSPORT_HTTP_CREDENTIAL_H

#include <stdbool.h>

#include "base/env.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "transport/http/curl.h"
#include "transport/line/url.h"

/* Members are owned; wiped by clear. */
typedef struct http_credential {
	char *user, *secret;
} http_credential;
void http_credential_clear(http_credential *c);

/* `git credential fill`. user of the URL is passed on. VV_EREFUSED: no credentials, and no user to
 * ask. */
vv_status http_credential_fill(http_credential *out, vv_repository *repo, const vv_env *env,
			       const vv_url *url, vv_error *err);
/* Reports to the helpers that the credential was right (`approve`) or wrong (`reject`); ignores
 * their failures. */
void http_credential_tell(const http_credential *c, vv_repository *repo, const vv_env *env,
			  const vv_url *url, bool right);
/* Sets the credential of the next request; NULL: that of the URL, if the URL has one. */
void http_credential_apply(const http_curl *c, CURL *easy, const http_credential *credential,
			   const vv_url *url);

#endif
