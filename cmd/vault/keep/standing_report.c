/*
 * standing_report: whom to tell of.
 */
#include "cmd/vault/keep/standing_report.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/hold/hold_name.h"
#include "cmd/vault/hold/hold_room.h"
#include "cmd/vault/keep/key_ring.h"
#include "transport/places/place_kinds.h"

void vv_standing_report_clear(vv_standing_report *x)
{
	vv_free(x->entries);
	vv_holding_rules_clear(&x->rules);
	vv_audited_clear(&x->audited);
	*x = (vv_standing_report){.count = 0};
}

static vv_status add(vv_standing_report *x, const uint8_t *key, vv_error *err)
{
	for (size_t i = 0; i < x->count; i++) {
		if (memcmp(x->entries[i].key, key, VV_KEY_PUBLIC) == 0) return VV_OK;
	}
	if (!vv_array_room(x->entries, x->count, x->cap)) return vv_fail_nomem(err);
	vv_standing_entry *e = &x->entries[x->count++];
	*e = (vv_standing_entry){.name = vv_trusted_name(&x->audited.trusted, key)};
	memcpy(e->key, key, VV_KEY_PUBLIC);
	return VV_OK;
}

static vv_status choose(vv_standing_report *x, const vv_env *env, const char *const *words,
			size_t word_count, vv_error *err)
{
	uint8_t key[VV_KEY_PUBLIC];
	vv_status rc = VV_OK;

	for (size_t i = 0; i < word_count; i++) {
		if ((rc = vv_key_ring_find(key, env, words[i], err)) < 0 ||
		    (rc = add(x, key, err)) < 0) {
			return rc;
		}
	}
	if (word_count > 0) return VV_OK;
	for (size_t i = 0; rc == VV_OK && i < x->audited.trusted.count; i++) {
		rc = add(x, x->audited.trusted.keys[i], err);
	}
	for (size_t i = 0; rc == VV_OK && i < x->rules.named_count; i++) {
		rc = add(x, x->rules.named[i].key, err);
	}
	for (size_t i = 0; rc == VV_OK && i < x->audited.standing.count; i++) {
		rc = add(x, x->audited.standing.lines[i].holder, err);
	}
	return rc;
}

static void add_lines(const vv_standing_report *x, vv_standing_entry *e)
{
	const vv_hold_identity *named = vv_holding_named(&x->rules, e->key);

	e->fixed = x->rules.reward.ratio == 0 || (named && named->share != VV_HOLD_SHARE_NONE);
	e->byte_days = vv_standing_byte_days(&x->audited.standing, e->key);
	for (size_t i = 0; i < x->audited.standing.count; i++) {
		const vv_standing_line *l = &x->audited.standing.lines[i];
		if (memcmp(l->holder, e->key, VV_KEY_PUBLIC) == 0) {
			e->bytes += l->bytes;
			e->proven = l->proven > e->proven ? l->proven : e->proven;
		}
	}
}

static vv_status look_at_entry(vv_hold_room *room, vv_standing_entry *e, vv_error *err)
{
	vv_hold_room_facts f;
	vv_status rc = vv_hold_room_look(room, e->key, &f, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	e->admitted = true;
	e->room = f.room;
	e->shards = f.shards;
	e->records = f.records;
	return VV_OK;
}

/* What lies in the hold folder, and who may bring how much. */
static vv_status look_at_room(vv_standing_report *x, const char *dir, vv_error *err)
{
	vv_auto(vv_hold_identity) *admitted = NULL;
	vv_hold_rules rules = {.size = x->rules.size};
	const vv_place_facts facts = {.mark = &vv_hold_mark};
	vv_auto(vv_place) place = {0};
	vv_auto(vv_hold_room) *room = NULL;
	vv_status rc = vv_holding_identities(&admitted, &rules.admitted_count, &x->rules,
					     &x->audited, err);

	if (rc < 0) return rc;
	rules.admitted = admitted;
	/* Before the first server began there is no folder, and nothing in it. */
	(void)vv_own_folder_open(&place, dir, &facts, false, VV_IGNORED);
	rc = vv_hold_room_open(&room, &rules, place.payload ? &place : NULL, err);
	for (size_t i = 0; rc == VV_OK && i < x->count; i++) {
		rc = look_at_entry(room, &x->entries[i], err);
	}
	return rc;
}

static vv_status read_report(vv_standing_report *out, const vv_holding_options *o, vv_repository *r,
			     const char *const *words, size_t word_count, vv_error *err)
{
	vv_auto(char) *hold = vv_holding_folder(vv_repository_varvedir(r));
	vv_status rc;

	if (!hold) return vv_fail_nomem(err);
	out->held = vv_exists(hold);
	if ((rc = vv_audited_open(&out->audited, o->env, err)) < 0 ||
	    (rc = vv_holding_rules_read(&out->rules, o, r, err)) < 0 ||
	    (rc = choose(out, o->env, words, word_count, err)) < 0 ||
	    (out->rules.size > 0 && (rc = look_at_room(out, hold, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < out->count; i++) {
		add_lines(out, &out->entries[i]);
	}
	return VV_OK;
}

vv_status vv_standing_report_open(vv_standing_report *out, const vv_holding_options *o,
				  vv_repository *r, const char *const *words, size_t word_count,
				  vv_error *err)
{
	vv_status rc;

	*out = (vv_standing_report){.count = 0};
	if ((rc = read_report(out, o, r, words, word_count, err)) < 0) {
		vv_standing_report_clear(out);
	}
	return rc;
}
