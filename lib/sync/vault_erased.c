/*
 * vault_erased: the answer on the line, as JSON.
 */
#include "lib/sync/vault_erased.h"

#include <stdbool.h>

#include "base/arena.h"
#include "base/json/json_list.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/sync/vault_peer.h"

void vv_vault_erased_clear(vv_vault_erased *v)
{
	vv_free_all(v->away_names, v->waits);
	*v = (vv_vault_erased){.items = 0};
}

void vv_vault_erased_put(vv_json_out *w, const vv_vault_erased *v)
{
	vv_json_put_object(w, {JSON_NUMBER("items", v->items)}, {JSON_NUMBER("old", v->old)},
			   {JSON_NUMBER("away", v->away)}, {JSON_NUMBER("unread", v->unread)},
			   {JSON_NUMBER("deleted", v->deleted)},
			   {JSON_TEXT("awayNames", v->away_names)}, {JSON_TEXT("waits", v->waits)});
}

static vv_status get_answer(vv_vault_erased *out, const vv_json *doc, vv_error *err)
{
	const char *names = vv_json_get_string(doc, "awayNames");
	const char *waits = vv_json_get_string(doc, "waits");
	vv_status rc;

	if (!names || !waits || !vv_json_get_u64(&out->deleted, doc, "deleted") ||
	    !vv_json_get_u64(&out->items, doc, "items") ||
	    !vv_json_get_u64(&out->old, doc, "old") || !vv_json_get_u64(&out->away, doc, "away") ||
	    !vv_json_get_u64(&out->unread, doc, "unread")) {
		return vv_fail(err, VV_ECORRUPT, "the vault's program sent an unexpected answer");
	}
	rc = vv_text_set(&out->away_names, vv_text_shows(names), err);
	return rc < 0 ? rc : vv_text_set(&out->waits, vv_text_shows(waits), err);
}

vv_status vv_vault_erased_prune(vv_vault_erased *out, vv_repository *r, vv_error *err)
{
	const vv_vault_question q = {.word = "erase", .ask = true, .notes = vv_repository_notes(r)};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *doc;
	vv_status rc = vv_vault_ask(&doc, &arena, r, NULL, &q, err);

	*out = (vv_vault_erased){.items = 0};
	if (rc == VV_OK && (rc = get_answer(out, doc, err)) < 0) {
		vv_vault_erased_clear(out);
	}
	return rc;
}
