/*
 * standing: the figures, and the words.
 */
#include "cmd/vault/print/standing.h"

#include <string.h>

#include "base/json/json.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/hold_room.h"
#include "cmd/vault/keep/audited.h"
#include "cmd/vault/keep/holding.h"
#include "transport/places/place_kinds.h"

typedef struct report {
	vv_audited audited;
	vv_holding_rules rules; /* size 0: nothing is kept here */
	vv_hold_room *room;
	vv_json_out *json; /* NULL: text */
} report;

static void report_clear(report *x)
{
	vv_hold_room_close(x->room);
	vv_holding_rules_clear(&x->rules);
	vv_audited_clear(&x->audited);
}

VV_AUTO_CLEAR(report, report_clear)

/* here NULL: nothing is kept for the key. */
static void print_key(const report *x, const uint8_t *key, const vv_hold_room_facts *here)
{
	const vv_standing_line l = vv_standing_of(&x->audited.standing, key);
	char did[VV_DID_TEXT], time[VV_TEXT_UTC];

	vv_did_text(did, key);
	if (x->json) {
		vv_json_open_object(x->json);
		vv_json_add_string(x->json, "did", did);
		vv_json_add_u64(x->json, "bytes", l.bytes);
		vv_json_add_time(x->json, "proven", (int64_t)l.proven);
		if (here) {
			vv_json_add_u64(x->json, "shards", here->shards);
			vv_json_add_u64(x->json, "records", here->records);
			vv_json_add_u64(x->json, "room", here->room);
		}
		vv_json_close_object(x->json);
		return;
	}
	vv_out("%s\n  keeps for me: %s, %s%s\n", did, vv_text_bytes(l.bytes),
	       l.proven > 0 ? "proven " : "not proven in the last 30 days",
	       l.proven > 0 ? vv_text_utc(time, (int64_t)l.proven) : "");
	if (here) {
		vv_out("  kept for it: %s of %s\n", vv_text_bytes(here->shards + here->records),
		       vv_text_bytes(here->room));
	} else {
		vv_out("  no room here: varve.holdFor does not name it\n");
	}
}

static bool is_named(const vv_holding_rules *x, const uint8_t *key)
{
	for (size_t i = 0; i < x->named_count; i++) {
		if (memcmp(x->named[i].key, key, VV_KEY_PUBLIC) == 0) return true;
	}
	return false;
}

/* Those for whom copies are kept, then those who only keep some. */
static vv_status print_all(const report *x, vv_error *err)
{
	const vv_standing *s = &x->audited.standing;

	for (size_t i = 0; i < x->rules.named_count; i++) {
		vv_hold_room_facts f;
		vv_status rc = vv_hold_room_look(x->room, x->rules.named[i].key, &f, err);
		if (rc < 0) return rc;
		f.room = vv_holding_room(&x->rules, &x->rules.named[i], &x->audited);
		print_key(x, x->rules.named[i].key, &f);
	}
	for (size_t i = 0; i < s->count; i++) {
		if (!is_named(&x->rules, s->lines[i].holder)) {
			print_key(x, s->lines[i].holder, NULL);
		}
	}
	return VV_OK;
}

static void print_notes(const report *x)
{
	if (x->rules.size == 0) {
		vv_note("the settings of this repository (varve.hold, varve.holdFor) keep nothing "
			"for others");
	}
	if (x->audited.damaged > 0) {
		vv_warn("%s damaged: nothing of their authors counts from there on",
			vv_text_counted(x->audited.damaged, "record is", "records are"));
	}
	if (x->audited.gone > 0) {
		vv_note("%s with audits of yours no longer there: these do not count",
			vv_text_counted(x->audited.gone, "repository is", "repositories are"));
	}
}

static vv_status print_json(report *x, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w;
	vv_status rc;

	vv_json_out_init(&w, &b, 2);
	x->json = &w;
	vv_json_open_object(&w);
	vv_json_add_time(&w, "now", (int64_t)x->audited.standing.now);
	vv_json_add_u64(&w, "size", x->rules.size);
	vv_json_add_u64(&w, "ratioThousandths", x->rules.ratio);
	vv_json_add_array(&w, "identities");
	rc = print_all(x, err);
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	if (rc < 0 || (rc = vv_buf_ok(&b, err)) < 0) return rc;
	vv_out("%s\n", vv_buf_cstr(&b));
	return VV_OK;
}

vv_status vv_print_standing(vv_repository *r, bool json, vv_error *err)
{
	const vv_holding_options o = {.env = vv_repository_env(r), .term = VV_HOLDING_TERM_UNSAID};
	const vv_place_facts facts = {.mark = &vv_hold_mark};
	vv_auto(char) *dir = vv_holding_folder(vv_repository_varvedir(r));
	vv_auto(vv_place) place = {0};
	vv_auto(report) x = {.room = NULL};
	vv_status rc;

	if (!dir) return vv_fail_nomem(err);
	if ((rc = vv_audited_open(&x.audited, o.env, err)) < 0 ||
	    (rc = vv_holding_rules_read(&x.rules, &o, r, err)) < 0) {
		return rc;
	}
	const vv_hold_rules rules = {.size = x.rules.size,
				     .admitted = x.rules.named,
				     .admitted_count = x.rules.named_count};
	/* Until a server has run there is no folder. */
	(void)vv_own_folder_open(&place, dir, &facts, false, VV_IGNORED);
	if ((rc = vv_hold_room_open(&x.room, &rules, place.payload ? &place : NULL, err)) < 0) {
		return rc;
	}
	print_notes(&x);
	return json ? print_json(&x, err) : print_all(&x, err);
}
