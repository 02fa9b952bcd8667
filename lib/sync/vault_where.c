/*
 * vault_where: the answer on the line, as JSON.
 */
#include "lib/sync/vault_where.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/sync/vault_peer.h"

#define HOLDERS_MAX 4096u

void vv_vault_where_clear(vv_vault_where *w)
{
	vv_array_clear(w->holders, w->count, it, vv_free(it->name));
	memset(w, 0, sizeof(*w));
}

static void put_holder(vv_json_out *w, const void *item)
{
	const vv_where_holder *h = item;

	vv_json_put_object(w, {JSON_TEXT("name", h->name)},
			   {JSON_TEXT("why", h->why.code != VV_OK ? h->why.message : NULL)},
			   {JSON_BOOL("away", h->away)}, {JSON_BOOL("whole", h->whole)},
			   {JSON_NUMBER("asked", h->asked)}, {JSON_NUMBER("shown", h->shown)},
			   {JSON_NUMBER("proven", h->proven)}, {JSON_NUMBER("shards", h->shards)});
}

void vv_vault_where_put(vv_json_out *w, const vv_vault_where *v)
{
	vv_json_put_object(w, {JSON_NUMBER("kept", v->kept)}, {JSON_NUMBER("blocks", v->blocks)},
			   {JSON_BOOL("partly", v->partly)}, {JSON_NUMBER("shards", v->shards)},
			   {JSON_EACH(put_holder, "holders", v->holders, v->count)});
}

static vv_status fail_answer(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the vault's program sent an unexpected answer");
}

/* Escaped, since it is shown. */
static vv_status get_holder(vv_where_holder *out, const vv_json *h, vv_error *err)
{
	const char *name = vv_json_get_string(h, "name"), *why = vv_json_get_string(h, "why");

	out->away = vv_json_get_bool(h, "away", false);
	out->whole = vv_json_get_bool(h, "whole", false);
	out->why.code = VV_OK;
	if (!name || !vv_json_get_u64(&out->asked, h, "asked") ||
	    !vv_json_get_u64(&out->shown, h, "shown") ||
	    !vv_json_get_u64(&out->proven, h, "proven") ||
	    !vv_json_get_u64(&out->shards, h, "shards")) {
		return fail_answer(err);
	}
	if (why) {
		(void)vv_fail(&out->why, VV_EIO, "%s", vv_text_shows(why));
	}
	return vv_text_set(&out->name, vv_text_shows(name), err);
}

static vv_status get_where(vv_vault_where *out, const vv_json *doc, vv_error *err)
{
	const vv_json *list = vv_json_get(doc, "holders");
	size_t count = 0;
	vv_status rc = VV_OK;

	for (const vv_json *h = list ? list->first : NULL; h; h = h->next) {
		count++;
	}
	out->partly = vv_json_get_bool(doc, "partly", false);
	if (!list || count > HOLDERS_MAX || !vv_json_get_u64(&out->kept, doc, "kept") ||
	    !vv_json_get_u64(&out->blocks, doc, "blocks") ||
	    !vv_json_get_u64(&out->shards, doc, "shards")) {
		return fail_answer(err);
	}
	if (!(out->holders = vv_calloc(count + 1, sizeof(*out->holders)))) {
		return vv_fail_nomem(err);
	}
	for (const vv_json *h = list->first; rc == VV_OK && h; h = h->next) {
		rc = get_holder(&out->holders[out->count++], h, err);
	}
	return rc;
}

vv_status vv_vault_where_ask(vv_vault_where *out, vv_repository *r, const vv_connect_options *o,
			     const vv_cid *root, bool ask, vv_error *err)
{
	const vv_vault_question q = {.word = "where",
				     .roots = root,
				     .count = 1,
				     .ask = ask,
				     .notes = vv_repository_notes(r)};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *doc;
	vv_cid vault;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_vault_id_read(&vault, r, err)) < 0 || vv_cid_is_null(&vault)) return rc;
	if ((rc = vv_vault_ask(&doc, &arena, r, o, &q, err)) == VV_OK) {
		rc = get_where(out, doc, err);
	}
	if (rc < 0) {
		vv_vault_where_clear(out);
	}
	out->is = true;
	return rc;
}
