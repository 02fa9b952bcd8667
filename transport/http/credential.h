/*
 * credential: gets a user and a secret for a web server from git's credential helpers.
 */
#ifndef VV_TRANSPORT_HTTP_CREDENTIAL_H
#define VV_TRANSPORT_HTTP_CREDENTIAL_H

#include <stdbool.h>

#include "base/env.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "transport/http/curl.h"
#include "transport/line/url.h"

/* A user name and a secret. http_credential_clear wipes and frees the strings. */
typedef struct http_credential {
	char *user, *secret;
} http_credential;
void http_credential_clear(http_credential *c);

/* Sets *out to a credential for the URL, which git gets from its helpers or from the user (`git
 * credential fill`). If the URL has a user, passes the user to git. VV_EREFUSED: no credential is
 * stored, and the user cannot be asked without a terminal. */
vv_status http_credential_fill(http_credential *out, vv_repository *repo, const vv_env *env,
			       const vv_url *url, vv_error *err);
/* Reports to git's helpers that the credential was right (`git credential approve`) or wrong
 * (`reject`). Ignores failures. */
void http_credential_tell(const http_credential *c, vv_repository *repo, const vv_env *env,
			  const vv_url *url, bool right);
/* Sets the user and secret for the next request of the handle easy. If credential is NULL, uses the
 * user and secret in the URL, if any. */
void http_credential_apply(const http_curl *c, CURL *easy, const http_credential *credential,
			   const vv_url *url);

#endif
