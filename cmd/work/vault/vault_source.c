/*
 * vault_source: knows how a want of a block becomes a read of an item.
 */
#include "cmd/work/vault/vault_source.h"

#include <string.h>

#include "base/sys.h"
#include "cmd/work/peers/reach.h"
#include "cmd/work/vault/contents.h"
#include "cmd/work/vault/session.h"

typedef struct source {
	vv_vault_session session;
	vv_contents contents;
	vv_buf bytes;
} source;

static void source_close(void *payload)
{
	source *s = payload;

	if (s) {
		vv_contents_close(&s->contents);
		vv_vault_session_close(&s->session);
		vv_buf_clear(&s->bytes);
		vv_free(s);
	}
}

static vv_status source_blocks(void *payload, const vv_lacking *wants, size_t count,
			       vv_peer_block_fn fn, void *fn_payload, vv_error *err)
{
	source *s = payload;
	vv_cid base;
	vv_error why;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_cid *cid = &wants[i].cid;
		bool has = vv_contents_has(&s->contents, cid) &&
			   vv_contents_get(&s->contents, cid, &s->bytes, &base, &why) == VV_OK;
		rc = has ? fn(fn_payload, i, cid, vv_buf_cstr(&s->bytes), s->bytes.len, &base, err)
			 : fn(fn_payload, i, cid, NULL, 0, NULL, err);
	}
	return rc;
}

static vv_status reach_holders(source *s, vv_error *err)
{
	vv_status rc = vv_vault_session_need_vault(&s->session, err);

	if (rc < 0 || (rc = vv_vault_session_connect(&s->session, err)) < 0 ||
	    (rc = vv_vault_session_need_ledger(&s->session, err)) < 0 ||
	    (rc = vv_vault_session_need_reader(&s->session, err)) < 0) {
		return rc;
	}
	return vv_contents_open(&s->contents, &s->session, err);
}

vv_status vv_vault_source_open(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err)
{
	const vv_session_options o = {.need_key = true, .quiet = true, .notes = t->notes};
	source *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (!s) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_vault_session_open(&s->session, t->repo, &o, err)) < 0 ||
	    (rc = reach_holders(s, err)) < 0) {
		source_close(s);
		return rc;
	}
	out->name = vv_reach_shown(url);
	out->source = source_blocks;
	out->payload = s;
	out->close = source_close;
	return VV_OK;
}
