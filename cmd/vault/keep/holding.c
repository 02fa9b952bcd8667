/*
 * holding: the settings, and where the copies lie.
 */
#include "cmd/vault/keep/holding.h"

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
#include "cmd/vault/keep/key_ring.h"
#include "transport/protocol/serve.h"

#define DAY 86400u
#define TERM_MAX 36500u /* days */
#define RATIO_MAX 1000u
#define ALLOWANCE_PART 20u   /* of all room, where nobody said how much */
#define STANDING_MS 3600000u /* after which standing is worked out again, */
#define REFUSED_MS 60000u    /* and before somebody is refused */

typedef struct kept {
	const vv_holding_options *o;
	char *dir;  /* the repository's varve folder */
	char *path; /* and in it, the copies */
	vv_hold *hold;
	vv_holding_facts facts;
	vv_holding_rules rules;
	uint64_t asked_ms; /* when standing was worked out last; 0: never */
	vv_stat trusted;   /* the file of trusted keys then; zero: there was none */
	char said[sizeof(((vv_error *)0)->message)]; /* why it failed the last time; "" */
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
	*out = vv_take(&h);
	return VV_OK;
}

static void kept_free(kept *k)
{
	if (k) {
		vv_hold_close(k->hold);
		vv_holding_rules_clear(&k->rules);
		vv_free(k->path);
		vv_free(k->dir);
		vv_free(k);
	}
}
VV_AUTO_FREE(kept, kept_free)

void vv_holding_close(vv_holding *h)
{
	for (size_t i = 0; h && i < h->count; i++) {
		kept_free(h->items[i]);
	}
	if (h) {
		vv_free(h->items);
		vv_mutex_free(h->lock);
		vv_free(h);
	}
}

/* --- what is said ---------------------------------------------------------------------------------- */

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
		return vv_fail(err, VV_EUSAGE, "'%s' does not end with a size, as =5g is",
			       vv_text_shows(word));
	}
	if (*out > x->size) {
		return vv_fail(err, VV_EUSAGE, "'%s' is more than the %s that are kept for all",
			       vv_text_shows(word), vv_text_bytes(x->size));
	}
	return VV_OK;
}

const vv_hold_identity *vv_holding_named(const vv_holding_rules *x,
					 const uint8_t key[VV_KEY_PUBLIC])
{
	for (size_t i = 0; i < x->named_count; i++) {
		if (memcmp(x->named[i].key, key, VV_KEY_PUBLIC) == 0) return &x->named[i];
	}
	return NULL;
}

typedef struct naming {
	vv_holding_rules *rules;
	const vv_env *env;
} naming;

/* "DID", "NAME", and either with "=BYTES". Two words for one key are one identity, with the later one's
 * share. */
static vv_status admit(const naming *n, const char *word, vv_error *err)
{
	vv_holding_rules *x = n->rules;
	const char *equals = strrchr(word, '=');
	vv_hold_identity who = {.share = VV_HOLD_SHARE_NONE};
	const vv_hold_identity *old;
	vv_auto(char) *name = equals ? vv_strndup(word, (size_t)(equals - word)) : vv_strdup(word);
	vv_status rc;

	if (!name || !vv_array_room(x->named, x->named_count, x->named_cap)) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_key_ring_find(who.key, n->env, name, err)) < 0 ||
	    (equals && (rc = read_share(x, equals + 1, word, &who.share, err)) < 0)) {
		return rc;
	}
	if ((old = vv_holding_named(x, who.key))) {
		x->named[old - x->named] = who;
	} else {
		x->named[x->named_count++] = who;
	}
	return VV_OK;
}

static vv_status on_entry(void *payload, const char *name, const char *value,
			  const char *level VV_UNUSED, vv_error *err)
{
	vv_status rc = strcmp(name, "varve.holdfor") == 0 ? admit(payload, value, err) : VV_OK;
	return rc < 0 ? vv_prefix(err, "the setting varve.holdFor") : VV_OK;
}

static vv_status find_named(vv_holding_rules *x, const vv_holding_options *o, vv_repository *r,
			    vv_error *err)
{
	naming n = {x, o->env};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < o->admitted.count; i++) {
		rc = admit(&n, o->admitted.items[i], err);
	}
	if (rc == VV_OK && o->admitted.count == 0) {
		rc = vv_config_each(r, "varve.holdfor", on_entry, &n, err);
	}
	if (rc < 0 || x->named_count > 0 || x->reward.ratio > 0) return rc;
	vv_fail(err, VV_EUSAGE, "copies should be kept, but no key is named for whom");
	return vv_hint_code(err, VV_HINT_HOLD_FOR);
}

/* "1", "0.5", "2.125": thousandths. */
static vv_status read_ratio(const char *text, uint64_t *out, vv_error *err)
{
	const size_t len = strlen(text), whole = strcspn(text, ".");
	const size_t digits = whole < len ? len - whole - 1 : 0;
	uint64_t high = 0, low = 0;

	if (!vv_parse_u64(&high, text, whole) || high > RATIO_MAX || digits > 3 ||
	    (whole < len && !vv_parse_u64(&low, text + whole + 1, digits))) {
		return vv_fail(err, VV_EUSAGE,
			       "a ratio is a number up to %u with at most three decimals, not '%s'",
			       RATIO_MAX, vv_text_shows(text));
	}
	for (size_t i = digits; i < 3; i++) {
		low *= 10;
	}
	*out = high * 1000 + low;
	return *out > 0 ? VV_OK
			: vv_fail(err, VV_EUSAGE, "a ratio of 0 allows no room: leave it out");
}

static vv_status read_ratio_of(vv_holding_rules *x, const vv_holding_options *o, vv_repository *r,
			       vv_error *err)
{
	vv_auto(char) *text = NULL;
	vv_status rc;

	if (o->ratio) return read_ratio(o->ratio, &x->reward.ratio, err);
	if ((rc = vv_config_string(r, "varve.holdratio", &text, err)) < 0) {
		return rc == VV_ENOTFOUND ? VV_OK : rc;
	}
	rc = read_ratio(text, &x->reward.ratio, err);
	return rc < 0 ? vv_prefix(err, "the setting varve.holdRatio") : VV_OK;
}

static vv_status read_reward(vv_holding_rules *x, const vv_holding_options *o, vv_repository *r,
			     vv_error *err)
{
	vv_status rc;

	x->reward.size = x->size;
	x->reward.allowance = o->allowance ? o->allowance : x->size / ALLOWANCE_PART;
	if ((rc = read_ratio_of(x, o, r, err)) < 0) return rc;
	if (x->reward.allowance > x->size) {
		return vv_fail(err, VV_EUSAGE,
			       "an allowance of %s is more than the %s that are kept for all",
			       vv_text_bytes(x->reward.allowance), vv_text_bytes(x->size));
	}
	return VV_OK;
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
		return vv_fail(err, VV_EUSAGE, "a term of %llu days is more than %u",
			       (unsigned long long)out->days, TERM_MAX);
	}
	if ((rc = read_reward(out, o, r, err)) < 0 || (rc = find_named(out, o, r, err)) < 0) {
		vv_holding_rules_clear(out);
	}
	return rc;
}

/* --- who has room ------------------------------------------------------------------------------------- */

vv_status vv_holding_identities(vv_hold_identity **out, size_t *count, const vv_holding_rules *x,
				const vv_audited *a, vv_error *err)
{
	const size_t trusted = x->reward.ratio > 0 ? a->trusted.count : 0;
	vv_auto(vv_hold_identity) *list = vv_calloc(x->named_count + trusted + 1, sizeof(*list));
	size_t n = x->named_count;

	*out = NULL;
	*count = 0;
	if (!list) return vv_fail_nomem(err);
	if (n > 0) {
		memcpy(list, x->named, n * sizeof(*list));
	}
	for (size_t i = 0; i < trusted; i++) {
		if (!vv_holding_named(x, a->trusted.keys[i])) {
			memcpy(list[n].key, a->trusted.keys[i], VV_KEY_PUBLIC);
			list[n++].share = VV_HOLD_SHARE_NONE;
		}
	}
	for (size_t i = 0; i < n && x->reward.ratio > 0; i++) {
		if (list[i].share == VV_HOLD_SHARE_NONE) {
			list[i].share = vv_standing_room(&a->standing, &x->reward, list[i].key);
		}
	}
	*out = vv_take(&list);
	*count = n;
	return VV_OK;
}

static void look_at_trusted(const vv_env *env, vv_stat *out)
{
	vv_auto(char) *path = vv_key_ring_path(env, "trusted", VV_IGNORED);

	if (vv_lstat(out, path, NULL) < 0) {
		memset(out, 0, sizeof(*out));
	}
}

static bool is_old(void *payload, bool refused)
{
	const kept *k = payload;
	const uint64_t age = vv_monotonic_ms() - k->asked_ms;
	vv_stat now;

	look_at_trusted(k->o->env, &now);
	return k->asked_ms == 0 || age >= (refused ? REFUSED_MS : STANDING_MS) ||
	       now.mtime_sec != k->trusted.mtime_sec || now.mtime_nsec != k->trusted.mtime_nsec ||
	       now.size != k->trusted.size || now.ino != k->trusted.ino;
}

static vv_status work_out(kept *k, vv_hold_identity **out, size_t *count, vv_error *err)
{
	vv_auto(vv_audited) a = {0};

	/* Before they are read: a change in between is seen the next time. What failed is not tried with each
	 * request. */
	look_at_trusted(k->o->env, &k->trusted);
	k->asked_ms = vv_monotonic_ms();
	vv_status rc = vv_audited_open(&a, k->o->env, err);
	return rc < 0 ? rc : vv_holding_identities(out, count, &k->rules, &a, err);
}

/* Whoever runs the server sees it; it goes on with what it knew. Once, however often the same thing fails. */
static vv_status ask(void *payload, vv_hold_identity **out, size_t *count, vv_error *err)
{
	kept *k = payload;
	vv_status rc = work_out(k, out, count, err);

	if (rc < 0 && strcmp(k->said, err->message) != 0) {
		vv_notes_warn(k->o->notes, "the shares stay as they were: %s", err->message);
	}
	(void)snprintf(k->said, sizeof(k->said), "%s", rc < 0 ? err->message : "");
	return rc;
}

/* --- one repository's ---------------------------------------------------------------------------------- */

static vv_status open_rules(kept *k, vv_hold_rules *out, vv_error *err)
{
	vv_status rc = vv_key_ring_open(&out->key, k->o->env, NULL, err);

	if (rc < 0) return vv_prefix(err, "receipts are signed with this machine's key, but");
	out->size = k->rules.size;
	out->term = k->rules.days * DAY;
	if (k->rules.reward.ratio == 0) {
		const vv_audited none = {.vaults = 0};
		return vv_holding_identities(&out->admitted, &out->admitted_count, &k->rules, &none,
					     err);
	}
	out->admission = (vv_hold_admission){is_old, ask, k};
	return work_out(k, &out->admitted, &out->admitted_count, err);
}

static void hold_rules_clear(vv_hold_rules *rules)
{
	vv_key_wipe(&rules->key);
	vv_free(rules->admitted);
}

VV_AUTO_CLEAR(vv_hold_rules, hold_rules_clear)

static vv_status open_kept(kept *k, vv_repository *r, vv_error *err)
{
	vv_auto(vv_hold_rules) rules = {.size = 0};
	vv_status rc;

	if (!(k->path = vv_holding_folder(k->dir))) return vv_fail_nomem(err);
	if ((rc = vv_holding_rules_read(&k->rules, k->o, r, err)) < 0 || k->rules.size == 0 ||
	    (rc = open_rules(k, &rules, err)) < 0) {
		return rc;
	}
	k->facts.size = rules.size;
	k->facts.term = k->rules.days;
	k->facts.admitted_count = rules.admitted_count;
	k->facts.reward = k->rules.reward;
	memcpy(k->facts.key, rules.key.public_key, VV_KEY_PUBLIC);
	return vv_hold_open(&k->hold, k->path, &rules, err);
}

/* One that cannot be opened is tried anew the next time. */
static vv_status find(vv_holding *h, vv_repository *r, kept **out, vv_error *err)
{
	const char *dir = vv_repository_varvedir(r);
	vv_status rc;

	for (size_t i = 0; i < h->count; i++) {
		if (strcmp(h->items[i]->dir, dir) == 0) {
			*out = h->items[i];
			return VV_OK;
		}
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
	vv_mutex_lock(h->lock);
	vv_status rc = find(h, r, out, err);
	vv_mutex_unlock(h->lock);
	return rc;
}

vv_status vv_holding_look(vv_holding *h, vv_repository *r, vv_holding_facts *out, vv_error *err)
{
	kept *k;
	vv_status rc = find_locked(h, r, &k, err);

	if (rc == VV_OK) {
		*out = k->facts;
	}
	return rc;
}

vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err)
{
	kept *k;
	vv_status rc = find_locked(holding, r, &k, err);

	if (rc < 0) return rc;
	return k->hold ? vv_hold_serve(k->hold, line, bytes, len, err) : vv_serve_fail_hold(err);
}
