/*
 * standing: the words.
 */
#include "cmd/vault/print/standing.h"

#include <string.h>

#include "base/json/json.h"
#include "base/text.h"
#include "cmd/frame/output.h"

typedef char did_text[VV_DID_TEXT];

static const char *did_of(did_text out, const uint8_t *key)
{
	vv_did_text(out, key);
	return out;
}

static bool is_of(const vv_standing_line *l, const vv_standing_entry *e)
{
	return memcmp(l->holder, e->key, VV_KEY_PUBLIC) == 0;
}

/* --- for people ------------------------------------------------------------------------------------ */

static void print_line(const vv_standing_line *l)
{
	char cid[VV_CID_TEXT + 1], time[32];

	vv_cid_text(cid, &l->vault);
	vv_out("    %s byte-days, audited %s with success", vv_text_count(l->byte_days),
	       vv_text_counted(l->good, "time", NULL));
	if (l->failed > 0) {
		vv_out(", %s without", vv_text_counted(l->failed, "time", NULL));
	}
	if (l->proven > 0) {
		vv_out(", last %s", vv_text_utc(time, (int64_t)l->proven));
	}
	if (l->ahead > 0) {
		vv_out("; %s dated after now", vv_text_counted(l->ahead, "audit", NULL));
	}
	vv_out("\n      %s: %s\n", cid, vv_text_bytes(l->bytes));
}

static void print_room(const vv_standing_report *x, const vv_standing_entry *e)
{
	const vv_reward *r = &x->rules.reward;

	if (!e->admitted && memcmp(x->audited.self, e->key, VV_KEY_PUBLIC) == 0) {
		vv_out("  no room here: it is this machine's own key, and room is for others\n");
		return;
	}
	if (!e->admitted) {
		vv_out("  no room here: it is not trusted ('varve vault key trust NAME DID'), nor "
		       "named by "
		       "--for\n");
		return;
	}
	vv_out("  kept for it: %s (%s bytes of shards, %s of records)\n",
	       vv_text_bytes(e->shards + e->records), vv_text_count(e->shards),
	       vv_text_count(e->records));
	if (e->fixed) {
		vv_out("  room: %s, as its share is\n", vv_text_bytes(e->room));
		return;
	}
	vv_out("  room: %s: %s bytes (the allowance) + %llu.%03llu x %s byte-days / %u%s\n",
	       vv_text_bytes(e->room), vv_text_count(r->allowance),
	       (unsigned long long)(r->ratio / 1000), (unsigned long long)(r->ratio % 1000),
	       vv_text_count(e->byte_days), VV_STANDING_DAYS,
	       e->room == x->rules.size ? ", and no more than all" : "");
}

static void print_entry(const vv_standing_report *x, const vv_standing_entry *e)
{
	char time[32];
	did_text did;

	const char *name = memcmp(x->audited.self, e->key, VV_KEY_PUBLIC) == 0 ? "this machine"
									       : e->name;

	vv_out("%s%s%s\n", did_of(did, e->key), name ? "  " : "", name ? name : "");
	vv_out("  keeps for me: %s, %s byte-days in the last %u days%s%s\n",
	       vv_text_bytes(e->bytes), vv_text_count(e->byte_days), VV_STANDING_DAYS,
	       e->proven > 0 ? ", proven " : "; never proven",
	       e->proven > 0 ? vv_text_utc(time, (int64_t)e->proven) : "");
	for (size_t i = 0; i < x->audited.standing.count; i++) {
		if (is_of(&x->audited.standing.lines[i], e)) {
			print_line(&x->audited.standing.lines[i]);
		}
	}
	if (x->rules.size > 0) {
		print_room(x, e);
	}
}

static void print_notes(const vv_standing_report *x)
{
	if (x->rules.size == 0 && x->held) {
		vv_note("copies for others are here, and the settings (varve.hold, varve.holdFor, "
			"varve.holdRatio) do not name for whom: pass the --hold, --for, --ratio "
			"and "
			"--allowance that 'varve serve' was started with");
	} else if (x->rules.size == 0) {
		vv_note("nothing is kept for others in this repository (varve.hold, or --hold)");
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

/* --- for programs ------------------------------------------------------------------------------------ */

static void put_line(vv_json_out *w, const vv_standing_line *l)
{
	char cid[VV_CID_TEXT + 1];

	vv_cid_text(cid, &l->vault);
	vv_json_open_object(w);
	vv_json_add_string(w, "vault", cid);
	vv_json_add_u64(w, "byteDays", l->byte_days);
	vv_json_add_u64(w, "bytes", l->bytes);
	vv_json_add_u64(w, "good", l->good);
	vv_json_add_u64(w, "failed", l->failed);
	vv_json_add_u64(w, "ahead", l->ahead);
	vv_json_add_time(w, "proven", (int64_t)l->proven);
	vv_json_close_object(w);
}

static void put_entry(vv_json_out *w, const vv_standing_report *x, const vv_standing_entry *e)
{
	did_text did;

	vv_json_open_object(w);
	vv_json_add_string(w, "did", did_of(did, e->key));
	vv_json_add_string(w, "name", e->name);
	vv_json_add_u64(w, "bytes", e->bytes);
	vv_json_add_u64(w, "byteDays", e->byte_days);
	vv_json_add_time(w, "proven", (int64_t)e->proven);
	vv_json_add_array(w, "audits");
	for (size_t i = 0; i < x->audited.standing.count; i++) {
		if (is_of(&x->audited.standing.lines[i], e)) {
			put_line(w, &x->audited.standing.lines[i]);
		}
	}
	vv_json_close_array(w);
	if (e->admitted) {
		vv_json_add_u64(w, "shards", e->shards);
		vv_json_add_u64(w, "records", e->records);
		vv_json_add_u64(w, "room", e->room);
		vv_json_add_bool(w, "share", e->fixed);
	}
	vv_json_close_object(w);
}

static vv_status print_json(const vv_standing_report *x, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w;
	vv_status rc;

	vv_json_out_init(&w, &b, 2);
	vv_json_open_object(&w);
	vv_json_add_time(&w, "now", (int64_t)x->audited.standing.now);
	vv_json_add_u64(&w, "days", VV_STANDING_DAYS);
	vv_json_add_u64(&w, "size", x->rules.size);
	vv_json_add_u64(&w, "ratioThousandths", x->rules.reward.ratio);
	vv_json_add_u64(&w, "allowance", x->rules.reward.ratio > 0 ? x->rules.reward.allowance : 0);
	vv_json_add_array(&w, "identities");
	for (size_t i = 0; i < x->count; i++) {
		put_entry(&w, x, &x->entries[i]);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		vv_out("%s\n", vv_buf_cstr(&b));
	}
	return rc;
}

vv_status vv_print_standing(const vv_standing_report *x, bool json, vv_error *err)
{
	print_notes(x);
	if (json) return print_json(x, err);
	for (size_t i = 0; i < x->count; i++) {
		print_entry(x, &x->entries[i]);
	}
	if (x->count == 0) {
		vv_out("no key is trusted, and no server was audited\n");
	}
	return VV_OK;
}
