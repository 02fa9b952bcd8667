/*
 * signed_list: which key signs a list.
 */
#include "lib/heads/signed_list.h"

#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "lib/heads/head.h"
#include "repo/git/history/expired_signers.h"

static vv_status refuse_key(const vv_expired_signers *s, const vv_head_signer *signer,
			    const char *why, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "'%s' is signed by %s, and a list of expired versions with the key %s would "
		       "not count: %s\nthe owner can run the command, or authorize this key",
		       vv_text_shows(s->trust.name), vv_did_key_shows(s->trust.owner),
		       vv_did_key_shows(signer->key), why);
}

static vv_status sign_list(void *payload, vv_buf *list, vv_error *err)
{
	vv_repository *r = payload;
	vv_auto(vv_expired_signers) s = {.trust.known = false};
	vv_auto(vv_head_signer) signer = {.has_seed = false};
	vv_auto(vv_buf) armoured = VV_BUF_INIT;
	vv_status rc = vv_expired_signers_read(&s, r, err);

	if (rc < 0 || !s.trust.known) return rc;
	if ((rc = vv_head_signer_find(&signer, r, err)) < 0) {
		return vv_prefix(err, "lists of expired versions must be signed here");
	}
	const char *why = vv_expired_signers_refuse(&s, signer.key, vv_now_sec());
	if (why) return refuse_key(&s, &signer, why, err);
	vv_expired_put_repository(list, &s.trust);
	if ((rc = vv_buf_ok(list, err)) < 0 ||
	    (rc = vv_head_signer_sign(&armoured, &signer, r, VV_EXPIRED_PURPOSE, list, err)) < 0) {
		return rc;
	}
	return vv_expired_put_signature(list, &armoured, err);
}

vv_expired_signing vv_signed_list_of(vv_repository *r)
{
	return (vv_expired_signing){sign_list, r};
}
