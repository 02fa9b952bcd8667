/*
 * credential: names and secrets for a URL, from Git's credential helpers, which ask on the
 * terminal where none of them knows.
 */
#ifndef VV_TRANSPORT_LINE_CREDENTIAL_H
#define VV_TRANSPORT_LINE_CREDENTIAL_H

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "transport/line/url.h"

/* Members are owned; wiped by clear. */
typedef struct vv_credential {
	char *user, *secret;
} vv_credential;
void vv_credential_clear(vv_credential *c);
VV_AUTO_CLEAR(vv_credential, vv_credential_clear)

/* `git credential fill`. user of the URL is passed on. VV_EREFUSED: there is none, or nobody
 * could be asked. */
vv_status vv_credential_fill(vv_credential *out, vv_repository *repo, const vv_env *env,
			     const vv_url *url, vv_error *err);

/* Tells the helpers that it was right (`approve`) or wrong (`reject`); that they may fail is
 * no trouble of ours. */
void vv_credential_tell(const vv_credential *c, vv_repository *repo, const vv_env *env,
			const vv_url *url, bool right);

#endif
