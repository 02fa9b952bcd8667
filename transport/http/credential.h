/*
 * credential: gets a user and a secret for a web server from git's credential helpers.
 */
#ifndef VV_TRANSPORT_HTTP_CREDENTIAL_H
#define VV_TRANSPORT_HTTP_CREDENTIAL_H

#include <stdbool.h>

#include "base/env.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "transport/line/url.h"

/* A user name and a secret, which the struct owns. http_credential_clear wipes the secret, and
 * frees both. */
typedef struct http_credential {
	char *user, *secret;
} http_credential;
void http_credential_clear(http_credential *c);

/* Sets *out to a credential for the URL, which git gets from its helpers or asks the user for (`git
 * credential fill`). If the URL has a user, git gets a credential of that user. repo may be NULL.
 * The caller clears *out with http_credential_clear. VV_EREFUSED: git found no credential, or git
 * is not installed; err->login is set. */
vv_status http_credential_fill(http_credential *out, vv_repository *repo, const vv_env *env,
			       const vv_url *url, vv_error *err);
/* Reports to git's helpers that the credential is right (`git credential approve`) or wrong (`git
 * credential reject`). Ignores failures. */
void http_credential_tell(const http_credential *c, vv_repository *repo, const vv_env *env,
			  const vv_url *url, bool right);

#endif
