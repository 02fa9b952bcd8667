/*
 * vault_where: how the answer goes over the line.
 */
#include "lib/sources/vault_where.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/vault_config.h"
#include "lib/sources/supply.h"
#include "repo/blocks/cbor.h"
#include "transport/protocol/frame.h"

#define HOLDERS_MAX 4096u

void vv_vault_where_clear(vv_vault_where *w)
{
	for (size_t i = 0; i < w->count; i++) {
		vv_free(w->holders[i].name);
	}
	vv_free(w->holders);
	memset(w, 0, sizeof(*w));
}

/* --- writing ------------------------------------------------------------------------------------- */

static void put_uint(vv_buf *b, const char *key, uint64_t v)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_uint(b, v);
}

static void put_bool(vv_buf *b, const char *key, bool v)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_bool(b, v);
}

static void put_text(vv_buf *b, const char *key, const char *text)
{
	vv_cbor_put_key(b, key);
	vv_cbor_put_bytes(b, text, strlen(text));
}

static void put_holder(vv_buf *b, const vv_where_holder *h)
{
	vv_cbor_put_map(b, 9);
	put_text(b, "why", h->why.code != VV_OK ? h->why.message : "");
	put_bool(b, "away", h->away);
	put_text(b, "name", h->name);
	put_uint(b, "asked", h->asked);
	put_uint(b, "shown", h->shown);
	put_bool(b, "whole", h->whole);
	put_uint(b, "proven", h->proven);
	put_uint(b, "shards", h->shards);
	put_uint(b, "source", h->source);
}

vv_status vv_vault_where_write(vv_channel *line, const vv_vault_where *w, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	vv_cbor_put_map(&b, 6);
	put_bool(&b, "is", w->is);
	put_uint(&b, "kept", w->kept);
	put_uint(&b, "blocks", w->blocks);
	put_bool(&b, "partly", w->partly);
	put_uint(&b, "shards", w->shards);
	vv_cbor_put_key(&b, "holders");
	vv_cbor_put_array(&b, w->count);
	for (size_t i = 0; i < w->count; i++) {
		put_holder(&b, &w->holders[i]);
	}
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = vv_frame_write(line, VV_FRAME_MESSAGE, b.data, b.len, err);
	}
	return rc;
}

/* --- reading ------------------------------------------------------------------------------------- */

/* A cursor that remembers its first failure. */
typedef struct reader {
	vv_cbor c;
	vv_status rc;
	vv_error *err;
} reader;

static bool at_key(reader *r, const char *key)
{
	r->rc = r->rc < 0 ? r->rc : vv_cbor_get_key(&r->c, key, r->err);
	return r->rc >= 0;
}

static void get_uint(reader *r, const char *key, uint64_t *out)
{
	if (at_key(r, key)) {
		r->rc = vv_cbor_get_uint(&r->c, out, r->err);
	}
}

static void get_bool(reader *r, const char *key, bool *out)
{
	if (at_key(r, key)) {
		r->rc = vv_cbor_get_bool(&r->c, out, r->err);
	}
}

/* Escaped, since it is shown. */
static void get_text(reader *r, const char *key, vv_buf *out)
{
	const uint8_t *text;
	size_t len;

	if (at_key(r, key)) {
		r->rc = vv_cbor_get_bytes(&r->c, &text, &len, r->err);
	}
	if (r->rc >= 0) {
		vv_text_put_escaped(out, (const char *)text, len);
		r->rc = vv_buf_ok(out, r->err);
	}
}

static void get_holder(reader *r, vv_where_holder *h)
{
	vv_auto(vv_buf) why = VV_BUF_INIT;
	vv_buf name = VV_BUF_INIT;
	size_t pairs;

	h->why.code = VV_OK;
	r->rc = r->rc < 0 ? r->rc : vv_cbor_get_map(&r->c, &pairs, r->err);
	get_text(r, "why", &why);
	get_bool(r, "away", &h->away);
	get_text(r, "name", &name);
	get_uint(r, "asked", &h->asked);
	get_uint(r, "shown", &h->shown);
	get_bool(r, "whole", &h->whole);
	get_uint(r, "proven", &h->proven);
	get_uint(r, "shards", &h->shards);
	get_uint(r, "source", &h->source);
	if (r->rc >= 0 && why.len > 0) {
		(void)vv_fail(&h->why, VV_EIO, "%s", vv_buf_cstr(&why));
	}
	vv_buf_putc(&name, '\0'); /* also of an empty one there is a text */
	h->name = vv_buf_detach(&name);
	r->rc = r->rc < 0 || h->name ? r->rc : vv_fail_nomem(r->err);
}

static void get_holders(reader *r, vv_vault_where *w)
{
	size_t count = 0;

	if (at_key(r, "holders")) {
		r->rc = vv_cbor_get_array(&r->c, &count, r->err);
	}
	if (r->rc >= 0 && count > HOLDERS_MAX) {
		r->rc = vv_fail(r->err, VV_ECORRUPT, "the vault's program names %zu holders",
				count);
	}
	if (r->rc >= 0 && !(w->holders = vv_calloc(count + 1, sizeof(*w->holders)))) {
		r->rc = vv_fail_nomem(r->err);
	}
	while (r->rc >= 0 && w->count < count) {
		get_holder(r, &w->holders[w->count++]);
	}
}

/* A vv_supply_frame_fn. */
static vv_status take_where(void *payload, uint8_t type, const void *bytes, size_t len,
			    vv_error *err)
{
	vv_vault_where *w = payload;
	reader r = {.rc = VV_OK, .err = err};
	size_t pairs;

	if (type != VV_FRAME_MESSAGE || w->holders) {
		return vv_fail(err, VV_ECORRUPT, "the vault's program sent an unexpected answer");
	}
	vv_cbor_init(&r.c, bytes, len);
	r.rc = vv_cbor_get_map(&r.c, &pairs, err);
	get_bool(&r, "is", &w->is);
	get_uint(&r, "kept", &w->kept);
	get_uint(&r, "blocks", &w->blocks);
	get_bool(&r, "partly", &w->partly);
	get_uint(&r, "shards", &w->shards);
	get_holders(&r, w);
	return r.rc < 0 ? r.rc : vv_cbor_end(&r.c, err);
}

vv_status vv_vault_where_ask(vv_vault_where *out, vv_repository *r, const vv_connect_options *o,
			     const vv_cid *root, bool ask, vv_error *err)
{
	const vv_supply_options options = {.repo = r, .connect = o, .named = true, .lines = 1};
	const vv_supply_request q = {.op = VV_SUPPLY_WHERE, .cids = root, .count = 1, .ask = ask};
	vv_cid vault;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_vault_id_read(&vault, r, err)) < 0 || vv_cid_is_null(&vault)) return rc;
	vv_supply *s = vv_supply_new(&options);
	rc = s ? vv_supply_ask(s, 0, &q, take_where, out, err) : vv_fail_nomem(err);
	vv_supply_free(s);
	if (rc == VV_OK && !out->holders) {
		rc = vv_fail(err, VV_ECORRUPT, "the vault's program did not answer");
	}
	if (rc < 0) {
		vv_vault_where_clear(out);
		out->is = true;
	}
	return rc;
}
