/*
 * holding: knows the settings, and where the copies lie.
 */
#include "cmd/work/vault/holding.h"

#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/work/vault/key_ring.h"
#include "transport/protocol/serve.h"
#include "transport/vault/hold.h"

#define DAY 86400u
#define TERM_MAX 36500u /* days */

typedef struct kept {
	char *dir; /* the repository's varve folder */
	vv_hold *hold;
	vv_holding_facts facts;
} kept;

struct vv_holding {
	const vv_holding_options *o;
	vv_mutex *lock; /* of the list */
	kept **items;
	size_t count, cap;
};

vv_status vv_holding_open(vv_holding **out, const vv_holding_options *o, vv_error *err)
{
	vv_holding *h = vv_calloc(1, sizeof(*h));

	*out = NULL;
	if (!h || !(h->lock = vv_mutex_new())) {
		vv_free(h);
		return vv_fail_nomem(err);
	}
	h->o = o;
	*out = h;
	return VV_OK;
}

static void free_kept(kept *k)
{
	if (k) {
		vv_hold_close(k->hold);
		vv_free(k->dir);
		vv_free(k);
	}
}

void vv_holding_close(vv_holding *h)
{
	if (h) {
		for (size_t i = 0; i < h->count; i++) {
			free_kept(h->items[i]);
		}
		vv_free(h->items);
		vv_mutex_free(h->lock);
		vv_free(h);
	}
}

/* --- for whom -------------------------------------------------------------------------------------- */

typedef struct admitting {
	vv_hold_rules *rules;
	size_t cap;
} admitting;

/* "BYTES" of "DID=BYTES". */
static vv_status read_share(const vv_hold_rules *r, const char *text, const char *word,
			    uint64_t *out, vv_error *err)
{
	if (!vv_parse_bytes(out, text, strlen(text)) || *out == 0) {
		return vv_fail(err, VV_EUSAGE, "'%s' does not end with a size, as =5g is",
			       vv_text_shows(word));
	}
	if (*out > r->size) {
		return vv_fail(err, VV_EUSAGE, "'%s' is more than the %s that are kept for all",
			       vv_text_shows(word), vv_text_bytes(r->size));
	}
	return VV_OK;
}

/* Two words for one key are one identity, with the later word's share. */
static vv_hold_identity *same_identity(const vv_hold_rules *r, const uint8_t *key)
{
	for (size_t i = 0; i < r->admitted_count; i++) {
		if (memcmp(r->admitted[i].key, key, VV_KEY_PUBLIC) == 0) {
			return &r->admitted[i];
		}
	}
	return NULL;
}

/* "DID", "NAME", and either with "=BYTES". */
static vv_status admit(admitting *a, const char *word, vv_error *err)
{
	vv_hold_rules *r = a->rules;
	const char *equals = strrchr(word, '=');
	vv_hold_identity who = {.share = VV_HOLD_SHARE_NONE}, *old;
	char *name = equals ? vv_strndup(word, (size_t)(equals - word)) : vv_strdup(word);
	vv_status rc;

	if (!name || !vv_array_room(r->admitted, r->admitted_count, a->cap)) {
		vv_free(name);
		return vv_fail_nomem(err);
	}
	if ((rc = vv_key_ring_find(who.key, name, err)) == VV_OK && equals) {
		rc = read_share(r, equals + 1, word, &who.share, err);
	}
	if (rc == VV_OK && (old = same_identity(r, who.key))) {
		*old = who;
	} else if (rc == VV_OK) {
		r->admitted[r->admitted_count++] = who;
	}
	vv_free(name);
	return rc;
}

static vv_status on_entry(void *payload, const char *name, const char *value, const char *level,
			  vv_error *err)
{
	(void)level;
	vv_status rc = strcmp(name, "varve.holdfor") == 0 ? admit(payload, value, err) : VV_OK;
	return rc < 0 ? vv_prefix(err, "the setting varve.holdFor") : VV_OK;
}

static vv_status find_admitted(const vv_holding_options *o, vv_repository *r, vv_hold_rules *rules,
			       vv_error *err)
{
	admitting a = {rules, 0};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < o->admitted_count; i++) {
		rc = admit(&a, o->admitted[i], err);
	}
	if (rc == VV_OK && o->admitted_count == 0) {
		rc = vv_config_each(r, "varve.holdfor", on_entry, &a, err);
	}
	if (rc == VV_OK && rules->admitted_count == 0) {
		vv_fail(err, VV_EUSAGE, "copies are to be kept, and nobody is named for whom");
		rc = vv_hint(err,
			     "--for DID, or the setting varve.holdFor; 'varve key show' prints a "
			     "machine's DID");
	}
	return rc;
}

/* --- one repository's ---------------------------------------------------------------------------------- */

static vv_status read_rules(const vv_holding_options *o, vv_repository *r, vv_hold_rules *rules,
			    uint64_t *days, vv_error *err)
{
	vv_status rc;

	rules->size = o->size;
	*days = o->term;
	if (o->size == 0 && (rc = vv_config_u64(r, "varve.hold", 0, &rules->size, err)) < 0) {
		return rc;
	}
	if (rules->size == 0) {
		return VV_OK;
	}
	if (o->term == VV_HOLDING_TERM_UNSAID &&
	    (rc = vv_config_u64(r, "varve.holdterm", VV_HOLD_TERM_DAYS, days, err)) < 0) {
		return rc;
	}
	if (*days > TERM_MAX) {
		return vv_fail(err, VV_EUSAGE, "a term of %llu days is more than %u",
			       (unsigned long long)*days, TERM_MAX);
	}
	rules->term = *days * DAY;
	if ((rc = find_admitted(o, r, rules, err)) < 0) {
		return rc;
	}
	rc = vv_key_ring_open(&rules->key, NULL, err);
	return rc < 0 ? vv_prefix(err, "receipts are signed with this machine's key, but") : VV_OK;
}

static vv_status open_kept(const vv_holding_options *o, vv_repository *r, kept *k, vv_error *err)
{
	vv_hold_rules rules = {.size = 0};
	char *dir = vv_path_join(k->dir, "hold", (char *)NULL);
	vv_status rc = dir ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && (rc = read_rules(o, r, &rules, &k->facts.term, err)) == VV_OK) {
		k->facts.size = rules.size;
		k->facts.admitted_count = rules.admitted_count;
		memcpy(k->facts.key, rules.key.public_key, VV_KEY_PUBLIC);
		if (rules.size > 0) {
			rc = vv_hold_open(&k->hold, dir, &rules, err);
		}
	}
	vv_key_wipe(&rules.key);
	vv_free(rules.admitted);
	vv_free(dir);
	return rc;
}

/* One that cannot be opened is tried anew the next time. */
static vv_status find(vv_holding *h, vv_repository *r, kept **out, vv_error *err)
{
	const char *dir = vv_repository_varvedir(r);
	kept *k;
	vv_status rc;

	for (size_t i = 0; i < h->count; i++) {
		if (strcmp(h->items[i]->dir, dir) == 0) {
			*out = h->items[i];
			return VV_OK;
		}
	}
	if (!vv_array_room(h->items, h->count, h->cap) || !(k = vv_calloc(1, sizeof(*k)))) {
		return vv_fail_nomem(err);
	}
	if (!(k->dir = vv_strdup(dir))) {
		rc = vv_fail_nomem(err);
	} else {
		rc = open_kept(h->o, r, k, err);
	}
	if (rc < 0) {
		free_kept(k);
		return rc;
	}
	*out = h->items[h->count++] = k;
	return VV_OK;
}

vv_status vv_holding_look(vv_holding *h, vv_repository *r, vv_holding_facts *out, vv_error *err)
{
	kept *k;
	vv_status rc;

	vv_mutex_lock(h->lock);
	rc = find(h, r, &k, err);
	vv_mutex_unlock(h->lock);
	if (rc == VV_OK) {
		*out = k->facts;
	}
	return rc;
}

vv_status vv_holding_answer(void *holding, vv_repository *r, vv_channel *line, const void *bytes,
			    size_t len, vv_error *err)
{
	vv_holding *h = holding;
	kept *k;
	vv_status rc;

	vv_mutex_lock(h->lock);
	rc = find(h, r, &k, err);
	vv_mutex_unlock(h->lock);
	if (rc < 0) {
		return rc;
	}
	return k->hold ? vv_hold_serve(k->hold, line, bytes, len, err) : vv_serve_fail_hold(err);
}
