/*
 * holding: the settings, and where the copies lie.
 */
#include "cmd/vault/hold/holding.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/vault/hold/hold.h"
#include "cmd/vault/hold/key_ring.h"
#include "transport/protocol/message.h"
#include "transport/protocol/serve.h"

#define DAY 86400u
#define TERM_MAX 36500u /* days */
#define RATIO_MAX 1000u

typedef struct kept {
	const vv_holding_options *o;
	char *dir;  /* the repository's varve folder */
	char *path; /* and in it, the copies */
	vv_hold *hold;
	vv_holding_rules rules;
} kept;

struct vv_holding {
	const vv_holding_options *o;
	vv_mutex *lock; /* of the list */
	kept **items;
	size_t count, cap;
};

vv_status vv_holding_open(vv_holding **out, const vv_holding_options *o, vv_error *err)
{
	vv_auto(vv_holding) *h = vv_calloc(1, sizeof(*h));

	if (!h || !(h->lock = vv_mutex_new())) return vv_fail_nomem(err);
	h->o = o;
	return vv_hand_over(out, &h);
}

static void kept_free(kept *k)
{
	if (k) {
		vv_hold_close(k->hold);
		vv_holding_rules_clear(&k->rules);
		vv_free_all(k->path, k->dir, k);
	}
}
VV_AUTO_FREE(kept, kept_free)

void vv_holding_close(vv_holding *h)
{
	if (h) {
		vv_array_clear(h->items, h->count, k, kept_free(*k));
		vv_mutex_free(h->lock);
		vv_free(h);
	}
}

/* --- reports ---------------------------------------------------------------------------------- */

void vv_holding_rules_clear(vv_holding_rules *x)
{
	vv_free(x->named);
	*x = (vv_holding_rules){.size = 0};
}

char *vv_holding_folder(const char *varvedir)
{
	return vv_path_join(varvedir, "hold", (char *)NULL);
}

/* "BYTES" of "DID=BYTES". */
static vv_status read_share(const vv_holding_rules *x, const char *text, const char *word,
			    uint64_t *out, vv_error *err)
{
	if (!vv_parse_bytes(out, text, strlen(text)) || *out == 0) {
		return vv_fail(err, VV_EUSAGE, "'%s' does not end with a size such as =5g",
			       vv_text_shows(word));
	}
	if (*out > x->size) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is more than the %s that are kept for all keys together",
			       vv_text_shows(word), vv_text_bytes(x->size));
	}
	return VV_OK;
}

typedef struct naming {
	vv_holding_rules *rules;
	const vv_env *env;
} naming;

/* "DID", "NAME", and either with "=BYTES". Two words for one key are one identity, with the later one's
 * room. */
static vv_status admit_key(const naming *n, const char *word, vv_error *err)
{
	vv_holding_rules *x = n->rules;
	const char *equals = strrchr(word, '=');
	vv_hold_identity who = {.room = x->ratio > 0 ? 0 : x->size};
	const vv_hold_identity *old;
	vv_auto(char) *name = equals ? vv_strndup(word, (size_t)(equals - word)) : vv_strdup(word);
	vv_status rc;

	if (!name || !vv_array_room(x->named, x->named_count, x->named_cap)) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_key_ring_find(who.key, n->env, name, err)) < 0 ||
	    (equals && (rc = read_share(x, equals + 1, word, &who.room, err)) < 0)) {
		return rc;
	}
	if ((old = vv_hold_identity_find(x->named, x->named_count, who.key))) {
		x->named[old - x->named] = who;
	} else {
		x->named[x->named_count++] = who;
	}
	return VV_OK;
}

static vv_status on_entry(void *payload, const char *name, const char *value,
			  const char *level VV_UNUSED, vv_error *err)
{
	vv_status rc = strcmp(name, "varve.holdfor") == 0 ? admit_key(payload, value, err) : VV_OK;
	return rc < 0 ? vv_prefix(err, "the setting varve.holdFor") : VV_OK;
}

static vv_status read_named(vv_holding_rules *x, const vv_holding_options *o, vv_repository *r,
			    vv_error *err)
{
	naming n = {x, o->env};
	vv_status rc = VV_OK;
	vv_array_each(o->admitted.items, o->admitted.count, it) {
		if ((rc = admit_key(&n, *it, err)) < 0) return rc;
	}
	if (o->admitted.count == 0) {
		rc = vv_config_each(r, "varve.holdfor", on_entry, &n, err);
	}
	if (rc < 0 || x->named_count > 0) return rc;
	return vv_fail(
		err, VV_EUSAGE,
		"no key is named to keep copies for\nname one with --for DID or in varve.holdFor; 'varve vault key show' prints a machine's DID");
}

/* "1", "0.5", "2.125": thousandths. */
static vv_status read_ratio(const char *text, uint64_t *out, vv_error *err)
{
	const size_t len = strlen(text), whole = strcspn(text, ".");
	const size_t digits = whole < len ? len - whole - 1 : 0;
	uint64_t high = 0, low = 0;

	if (!vv_parse_u64(&high, text, whole) || high > RATIO_MAX || digits > 3 ||
	    (whole < len && !vv_parse_u64(&low, text + whole + 1, digits))) {
		return vv_fail(
			err, VV_EUSAGE,
			"a ratio must be a number up to %u with at most three decimals, not '%s'",
			RATIO_MAX, vv_text_shows(text));
	}
	for (size_t i = digits; i < 3; i++) {
		low *= 10;
	}
	*out = high * 1000 + low;
	return *out > 0 ? VV_OK
			: vv_fail(err, VV_EUSAGE,
				  "a ratio of 0 allows no room\nleave it out, or use a larger one");
}

static vv_status read_ratio_of(vv_holding_rules *x, const vv_holding_options *o, vv_repository *r,
			       vv_error *err)
{
	vv_auto(char) *text = NULL;
	vv_status rc;

	if (o->ratio) return read_ratio(o->ratio, &x->ratio, err);
	if ((rc = vv_config_string(r, "varve.holdratio", &text, err)) < 0) {
		return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	rc = read_ratio(text, &x->ratio, err);
	return rc < 0 ? vv_prefix(err, "the setting varve.holdRatio") : VV_OK;
}

vv_status vv_holding_rules_read(vv_holding_rules *out, const vv_holding_options *o,
				vv_repository *r, vv_error *err)
{
	vv_status rc;

	*out = (vv_holding_rules){.size = o->size, .days = o->term};
	if (o->size == 0 && (rc = vv_config_u64(r, "varve.hold", 0, &out->size, err)) < 0) {
		return rc;
	}
	if (out->size == 0) return VV_OK;
	if (o->term == VV_HOLDING_TERM_UNSAID &&
	    (rc = vv_config_u64(r, "varve.holdterm", VV_HOLD_TERM_DAYS, &out->days, err)) < 0) {
		return rc;
	}
	if (out->days > TERM_MAX) {
		return vv_fail(err, VV_EUSAGE,
			       "a term of %llu days is longer than the longest one, %u days",
			       (unsigned long long)out->days, TERM_MAX);
	}
	if ((rc = read_ratio_of(out, o, r, err)) < 0 || (rc = read_named(out, o, r, err)) < 0) {
		vv_holding_rules_clear(out);
	}
	return rc;
}

/* --- who has room ------------------------------------------------------------------------------------- */

uint64_t vv_holding_room(const vv_holding_rules *x, const vv_hold_identity *named,
			 const vv_audited *a)
{
	const uint64_t bytes = vv_standing_of(&a->standing, named->key).bytes,
		       room = vv_standing_room(bytes, x->ratio, x->size);

	return room > named->room ? room : named->room;
}

/* A vv_hold_rules.renew: admits the keys that the rules name. An error is shown to the server's owner. */
static void renew_room(void *payload, vv_hold_identity *admitted, size_t count)
{
	const kept *k = payload;
	vv_auto(vv_audited) a = {0};
	vv_error err;

	if (vv_audited_open(&a, k->o->env, &err) < 0) {
		vv_notes_warn(k->o->notes, "the room for others could not be updated: %s",
			      err.message);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		admitted[i].room = vv_holding_room(&k->rules, &k->rules.named[i], &a);
	}
}

/* --- one repository's ---------------------------------------------------------------------------------- */

static vv_status open_kept(kept *k, vv_repository *r, vv_error *err)
{
	vv_status rc;

	if (!(k->path = vv_holding_folder(k->dir))) return vv_fail_nomem(err);
	if ((rc = vv_holding_rules_read(&k->rules, k->o, r, err)) < 0 || k->rules.size == 0) {
		return rc;
	}
	vv_hold_rules rules = {.size = k->rules.size,
			       .term = k->rules.days * DAY,
			       .admitted = k->rules.named, /* vv_hold_open copies them */
			       .admitted_count = k->rules.named_count,
			       .renew = k->rules.ratio > 0 ? renew_room : NULL,
			       .payload = k};
	if ((rc = vv_key_ring_open(&rules.key, k->o->env, NULL, err)) < 0) {
		return vv_prefix(err, "receipts cannot be signed");
	}
	memcpy(k->rules.key, rules.key.public_key, VV_KEY_PUBLIC);
	rc = vv_hold_open(&k->hold, k->path, &rules, err);
	vv_key_wipe(&rules.key);
	return rc;
}

/* One that cannot be opened is tried again the next time. */
static vv_status find_kept(vv_holding *h, vv_repository *r, kept **out, vv_error *err)
{
	const char *dir = vv_repository_varvedir(r);
	kept **known = vv_array_find(h->items, h->count, one, strcmp((*one)->dir, dir) == 0);
	vv_status rc;

	if (known) {
		*out = *known;
		return VV_OK;
	}
	vv_auto(kept) *k = vv_calloc(1, sizeof(*k));
	if (!k || !vv_array_room(h->items, h->count, h->cap) || !(k->dir = vv_strdup(dir))) {
		return vv_fail_nomem(err);
	}
	k->o = h->o;
	if ((rc = open_kept(k, r, err)) < 0) return rc;
	*out = h->items[h->count++] = vv_take(&k);
	return VV_OK;
}

/* find, alone. */
static vv_status find_locked(vv_holding *h, vv_repository *r, kept **out, vv_error *err)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(h->lock);
	return find_kept(h, r, out, err);
}

vv_status vv_holding_look(vv_holding *h, vv_repository *r, const vv_holding_rules **out,
			  vv_error *err)
{
	kept *k;
	vv_status rc = find_locked(h, r, &k, err);

	if (rc == VV_OK) {
		*out = &k->rules;
	}
	return rc;
}

vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err)
{
	kept *k;

	if (!vv_request_is_hold(bytes, len)) {
		return vv_fail(err, VV_EREFUSED, "this machine answers only requests about copies");
	}
	const vv_status rc = find_locked(holding, r, &k, err);
	if (rc < 0) return rc;
	return k->hold ? vv_hold_serve(k->hold, line, bytes, len, err) : vv_serve_fail_hold(err);
}
