/*
 * sweep: a gc of a place, which also joins its packs. Its order is safe while others read and write: new packs come before the
 * versions that name them, garbage is condemned days before it is removed, and versions are removed first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/objects/send.h"
#include "transport/places/packs/files.h"
#include "transport/places/packs/old_files.h"
#include "transport/places/packs/sweeper.h"
#include "transport/places/packs/versions.h"

/* An existing one, in the order of its map. */
typedef struct pack {
	uint64_t size;
	int64_t modified; /* the younger of the pack and its list; 0: not known */
	bool has_pack, has_list;
	bool needed; /* by a version that stays */
	bool held;   /* by one that no ref reaches: unchanged */
} pack;
typedef struct version {
	int64_t modified;
	/* expired: no longer current, and a list of this repository names it */
	bool wanted, dropped, expired, garbage, there, sound;
	vv_version_packs names;
} version;

typedef struct sweeping {
	vv_host *h;
	const vv_host_sweeping *what;
	vv_host_swept *out;
	vv_sweeper own;
	int64_t now, condemned_at;
	vv_condemned condemned;
	vv_cid_map wanted;   /* roots; 1: lists name it, and it is not current */
	vv_cid_map partial;  /* packs that have blocks of versions that are not whole */
	vv_cid_map replaced; /* packs whose blocks are in others now */
	bool joined;         /* of some of them other packs have all that is needed */
	vv_cid_map version_names, pack_names;
	vv_stored_files indexes;
	version *versions;
	pack *packs;
	size_t version_count, version_cap, pack_count, pack_cap;
} sweeping;

/* --- survey ------------------------------------------------------------------------------- */

static void clear_survey(sweeping *s)
{
	vv_array_each(s->versions, s->version_count, it) {
		vv_version_packs_clear(&it->names);
	}
	s->version_count = s->pack_count = 0;
	vv_cid_map_reset(&s->version_names);
	vv_cid_map_reset(&s->pack_names);
	vv_stored_files_clear(&s->indexes);
}

static vv_status add_listed_versions(sweeping *s, vv_error *err)
{
	vv_auto(vv_stored_files) files = {0};
	bool added;
	vv_status rc = vv_stored_list(&files, &s->h->place, VV_STORED_VERSION, err);

	for (size_t i = 0; rc == VV_OK && i < files.count; i++) {
		const vv_stored *e = &files.items[i];
		const vv_cid_set *drop = s->what->drop;
		uint64_t expired = 0;
		version v = {.modified = e->modified,
			     .wanted = vv_cid_map_get(&s->wanted, &e->key, &expired),
			     .dropped = drop && vv_cid_set_has(drop, &e->key)};
		v.expired = expired != 0;
		rc = vv_cid_map_put(&s->version_names, &e->key, 0, &added, err);
		if (rc == VV_OK && added &&
		    !vv_array_add(s->versions, s->version_count, s->version_cap, v)) {
			rc = vv_fail_nomem(err);
		}
	}
	return rc;
}

static vv_status note_file(sweeping *s, const vv_stored *e, bool is_list, vv_error *err)
{
	bool added;
	size_t at;
	vv_status rc = vv_cid_map_put(&s->pack_names, &e->key, 0, &added, err);

	if (rc < 0) return rc;
	if (added &&
	    !vv_array_add(s->packs, s->pack_count, s->pack_cap, (pack){.modified = e->modified})) {
		return vv_fail_nomem(err);
	}
	(void)vv_cid_map_find(&s->pack_names, &e->key, &at);
	pack *p = &s->packs[at];
	p->has_list = p->has_list || is_list;
	p->has_pack = p->has_pack || !is_list;
	p->size = is_list ? p->size : e->size;
	if (e->modified == 0 || p->modified == 0) {
		p->modified = 0;
	} else if (e->modified > p->modified) {
		p->modified = e->modified;
	}
	return VV_OK;
}

static vv_status add_listed_packs(sweeping *s, bool lists, vv_error *err)
{
	vv_auto(vv_stored_files) files = {0};
	vv_status rc = vv_stored_list(&files, &s->h->place, lists ? VV_STORED_LIST : VV_STORED_PACK,
				      err);

	for (size_t i = 0; rc == VV_OK && i < files.count; i++) {
		rc = note_file(s, &files.items[i], lists, err);
	}
	return rc;
}

static vv_status read_version(void *payload, size_t i, vv_error *err)
{
	sweeping *s = payload;
	version *v = &s->versions[i];
	vv_status rc = vv_files_version(s->h, vv_cid_map_cid(&s->version_names, i), &v->names,
					&v->sound, err);

	v->there = rc == VV_OK; /* else another gc was faster */
	return vv_missing_ok(rc, err);
}

static vv_status survey_place(sweeping *s, vv_error *err)
{
	const vv_place *p = &s->h->place;
	vv_status rc;

	clear_survey(s);
	if ((rc = add_listed_versions(s, err)) < 0 || (rc = add_listed_packs(s, false, err)) < 0 ||
	    (rc = add_listed_packs(s, true, err)) < 0 ||
	    (rc = vv_stored_list(&s->indexes, p, VV_STORED_INDEX, err)) < 0) {
		if (rc == VV_EREFUSED) {
			vv_hint(err, "a gc requires permission to list the store");
		}
		return rc;
	}
	return vv_files_each(s->h, s->version_count, read_version, s, "versions", err);
}

/* For messages: a gc may already have removed files that an earlier one condemned. */
static const char *none_removed(const sweeping *s)
{
	const bool any = s->out->removed.versions + s->out->removed.packs > 0;
	return any && !s->what->dry_run ? "no other files were removed" : "nothing was removed";
}

static pack *find_pack(sweeping *s, const vv_cid *key)
{
	size_t at;
	return vv_cid_map_find(&s->pack_names, key, &at) ? &s->packs[at] : NULL;
}

static vv_status mark_packs(sweeping *s, size_t i, vv_error *err)
{
	const version *v = &s->versions[i];
	bool sound = v->sound;

	vv_array_each(v->names.packs.items, v->names.packs.count, item) {
		pack *p = find_pack(s, item);
		sound = sound && p && p->has_pack && p->has_list;
		if (p) {
			p->needed = true;
			p->held = p->held || !v->wanted;
		}
	}
	if (sound) return VV_OK;
	vv_fail(err, VV_ECORRUPT,
		"'%s' lacks packs of the version %s, or the version's file is damaged: %s",
		vv_text_url(s->h->url), vv_cid_shows(vv_cid_map_cid(&s->version_names, i)),
		none_removed(s));
	return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
}

/* Marks packs needed by versions that are not garbage. */
static vv_status mark_needed(sweeping *s, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < s->pack_count; i++) {
		const vv_cid *key = vv_cid_map_cid(&s->pack_names, i);
		s->packs[i].needed = s->packs[i].held = vv_cid_set_has(&s->partial, key);
	}
	for (size_t i = 0; i < s->version_count; i++) {
		const version *v = &s->versions[i];
		if (!(v->garbage || !v->there) && (rc = mark_packs(s, i, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status note_wanted(void *payload, const vv_new_root *n, vv_error *err)
{
	sweeping *s = payload;

	if (s->what->drop && vv_cid_set_has(s->what->drop, &n->root)) return VV_OK;
	return vv_cid_map_put(&s->wanted, &n->root, n->expired && !n->current, NULL, err);
}

/* --- the clock ----------------------------------------------------------------------------------- */

static vv_status on_top(void *payload, const vv_listed *e, vv_error *err VV_UNUSED)
{
	sweeping *s = payload;

	if (strcmp(e->name, VV_CONDEMNED_FILE) == 0) {
		s->condemned_at = e->modified;
	}
	return VV_OK;
}

/* The place's own: when the mark of this gc came. A dry run leaves none. */
static vv_status begin_sweep(sweeping *s, vv_error *err)
{
	vv_status rc = VV_OK;

	if (s->what->dry_run) {
		s->now = vv_now_sec();
	} else if ((rc = vv_sweeper_begin(&s->own, &s->h->place, s->h->url, err)) == VV_OK) {
		s->now = s->own.now;
		s->h->sweeper = &s->own;
	}
	s->condemned_at = 0;
	return rc < 0 ? rc : vv_place_list(&s->h->place, "", on_top, s, err);
}

/* A push that is under way has its versions there before the host's refs reach them. */
#define YOUNG_SECONDS 3600

static bool is_young(const sweeping *s, int64_t modified)
{
	return modified > s->now - YOUNG_SECONDS;
}

static bool is_older(const sweeping *s, int64_t modified)
{
	const uint64_t age = s->what->age_sec;
	return modified != 0 && age <= (uint64_t)INT64_MAX && modified <= s->now - (int64_t)age;
}

/* A writer that needs a condemned pack sends its blocks again. Packs with blocks of dropped versions are not known by
 * age. */
static bool pack_may_go(const sweeping *s, const pack *p)
{
	return s->what->drop || is_older(s, p->modified);
}

static vv_status mark_old(sweeping *s, bool count, vv_error *err)
{
	for (size_t i = 0; i < s->version_count; i++) {
		version *v = &s->versions[i];
		v->garbage = v->dropped || (!v->wanted && is_older(s, v->modified));
		if (v->garbage && !v->dropped && !s->what->alone && is_young(s, v->modified)) {
			v->garbage = false;
			s->out->young += count;
		}
	}
	return mark_needed(s, err);
}

/* --- proving --------------------------------------------------------------------------------------- */

static vv_status fail_lost(const sweeping *s, const vv_cid *root, const char *lacks, vv_error *err)
{
	vv_fail(err, VV_ECORRUPT, "'%s' lacks data of the version %s: %s%s%s",
		vv_text_url(s->h->url), vv_cid_shows(root), none_removed(s),
		*lacks ? "; missing or damaged: " : "", lacks);
	return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
}

typedef struct showing {
	const sweeping *s;
	const vv_cid *roots;
} showing;

static vv_status on_shown(void *payload, size_t i, const vv_cid *cid VV_UNUSED, const void *bytes,
			  size_t len VV_UNUSED, vv_error *err)
{
	const showing *to = payload;
	return bytes ? VV_OK : fail_lost(to->s, &to->roots[i], "", err);
}

/* Nothing is removed before all that stays was shown: every file, and a random block of each version. */
static vv_status prove_kept(sweeping *s, vv_error *err)
{
	vv_auto_free vv_cid *roots = vv_calloc(s->version_count + 1, sizeof(*roots));
	vv_auto_free vv_cid *any = vv_calloc(s->version_count + 1, sizeof(*any));
	vv_auto_free vv_host_keeps *keeps = vv_calloc(s->version_count + 1, sizeof(*keeps));
	size_t count = 0;
	vv_status rc = roots && any && keeps ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < s->version_count; i++) {
		if (!s->versions[i].garbage && s->versions[i].there) {
			roots[count++] = *vv_cid_map_cid(&s->version_names, i);
		}
	}
	rc = rc < 0 ? rc : vv_host_keeps_each(s->h, roots, count, 0, keeps, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = keeps[i].whole ? VV_OK : fail_lost(s, &roots[i], keeps[i].lacks, err);
		any[i] = keeps[i].any;
	}
	showing to = {s, roots};
	return rc < 0 ? rc : vv_host_show(s->h, any, count, on_shown, &to, err);
}

/* --- removing ------------------------------------------------------------------------------------ */

static vv_status remove_packs(sweeping *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < s->pack_count; i++) {
		const vv_cid *key = vv_cid_map_cid(&s->pack_names, i);
		if (s->packs[i].needed || !vv_cid_set_has(&s->condemned.packs, key)) {
			continue;
		}
		s->out->removed.packs++;
		s->out->removed.bytes += s->packs[i].size;
		rc = vv_sweeper_go_on(&s->own, false, err);
		rc = rc < 0 || s->what->dry_run ? rc : vv_files_remove_pack(s->h, key, err);
	}
	return rc;
}

/* Indexes that no version names. They need not be condemned: who misses one reads lists. */
static vv_status remove_indexes(sweeping *s, vv_error *err)
{
	vv_auto(vv_cid_map) *named = vv_cid_map_new();
	vv_status rc = named ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < s->version_count; i++) {
		const version *v = &s->versions[i];
		for (size_t k = 0; rc == VV_OK && v->there && k < v->names.indexes.count; k++) {
			rc = vv_cid_map_put(named, &v->names.indexes.items[k], 0, NULL, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < s->indexes.count; i++) {
		const vv_stored *e = &s->indexes.items[i];
		if (!vv_cid_set_has(named, &e->key) && is_older(s, e->modified)) {
			rc = vv_stored_remove(&s->h->place, VV_STORED_INDEX, &e->key, err);
		}
	}
	return rc;
}

/* Removes condemned objects that are still garbage: not written again, and not reachable from a
 * ref, or condemned as expired, and neither current nor missing in the lists since. */
static vv_status carry_out(sweeping *s, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < s->version_count; i++) {
		version *v = &s->versions[i];
		uint64_t is = 0; /* unless it was condemned a moment ago */
		v->garbage = (!v->wanted || v->expired) && v->modified <= s->condemned_at &&
			     vv_cid_map_get(&s->condemned.versions,
					    vv_cid_map_cid(&s->version_names, i), &is) &&
			     (is == 0 || is == v->names.digest);
	}
	if ((rc = mark_needed(s, err)) < 0 ||
	    (!s->what->dry_run && (rc = prove_kept(s, err)) < 0) ||
	    (rc = vv_sweeper_go_on(&s->own, true, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < s->version_count; i++) {
		if (s->versions[i].garbage) {
			s->out->removed.versions++;
			s->versions[i].there = s->what->dry_run;
			if (!s->what->dry_run &&
			    (rc = vv_stored_remove(&s->h->place, VV_STORED_VERSION,
						   vv_cid_map_cid(&s->version_names, i), err)) <
				    0) {
				return rc;
			}
		}
	}
	if (rc < 0 || (rc = remove_packs(s, err)) < 0 || s->what->dry_run) return rc;
	vv_condemned none = {.run = ""};
	memcpy(none.run, s->condemned.run, sizeof(none.run));
	return vv_condemned_put(&none, &s->h->place, err);
}

static vv_status wait_for_condemned(sweeping *s, bool *waits, vv_error *err)
{
	const int64_t wait = (int64_t)s->what->wait_sec;
	vv_status rc = vv_condemned_get(&s->condemned, &s->h->place, err);

	*waits = false;
	if (rc < 0 || !vv_condemned_any(&s->condemned)) return rc;
	*waits = s->condemned_at == 0 || s->now - s->condemned_at < wait;
	s->out->removable = *waits ? s->condemned_at + wait : 0;
	if (*waits) return VV_OK;
	if ((rc = carry_out(s, err)) == VV_OK && !s->what->dry_run) {
		vv_condemned_clear(&s->condemned);
		rc = survey_place(s, err);
	}
	return rc;
}

/* --- versions, and fewer packs ------------------------------------------------------------------- */

/* Loads all lists except those of replaced packs into the catalog. Among packs with the same blocks the larger
 * counts, which is the joined one. */
static vv_status load_catalog(sweeping *s, vv_error *err)
{
	vv_auto(vv_stored_files) packs = {0};
	bool sound = true;
	vv_status rc = VV_OK;

	vv_files_begin_anew(s->h);
	for (size_t i = 0; rc == VV_OK && i < s->pack_count; i++) {
		const pack *p = &s->packs[i];
		const vv_stored is = {.key = *vv_cid_map_cid(&s->pack_names, i), .size = p->size};
		if (p->has_list && p->has_pack && !vv_cid_set_has(&s->replaced, &is.key) &&
		    !vv_array_add(packs.items, packs.count, packs.cap, is)) {
			rc = vv_fail_nomem(err);
		}
	}
	rc = rc < 0 ? rc : vv_files_take_sorted(s->h, &packs, &sound, err);
	if (rc == VV_OK && !sound) {
		vv_fail(err, VV_ECORRUPT, "a list in '%s' is damaged: %s", vv_text_url(s->h->url),
			none_removed(s));
		rc = vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
	}
	s->h->all = true;
	for (size_t i = 0; rc == VV_OK && i < s->version_count; i++) {
		rc = vv_seek_note(s->h, &s->versions[i].names, err);
	}
	return rc;
}

/* Writes the missing file of a version reachable from a ref if the place has all its blocks. A partial one keeps its
 * blocks. */
static vv_status add_version(sweeping *s, const vv_cid *root, vv_error *err)
{
	bool whole;
	vv_status rc = vv_versions_look(s->h, root, VV_MARK_NEEDED, &whole, err);

	if (rc < 0) return rc;
	if (whole) {
		return s->what->dry_run ? VV_OK
					: vv_versions_put_one(s->h, root, VV_MARK_NEEDED,
							      VV_MARK_NEEDED, err);
	}
	s->out->incomplete++;
	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(s->h->catalog, &p);) {
		rc = p->marks & VV_MARK_NEEDED ? vv_cid_map_put(&s->partial, &p->key, 0, NULL, err)
					       : VV_OK;
	}
	return rc;
}

static vv_status add_versions(sweeping *s, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_cid_map_count(&s->wanted); i++) {
		const vv_cid *root = vv_cid_map_cid(&s->wanted, i);
		if (!vv_cid_set_has(&s->version_names, root) && vv_host_has(s->h, root)) {
			rc = add_version(s, root, err);
		}
	}
	return rc < 0 ? rc : vv_place_finish(&s->h->place, err);
}

/* Rewrites the files of versions that name a replaced pack. Each names the packs that all of them
 * need. */
static vv_status move_versions(sweeping *s, vv_error *err)
{
	vv_auto_free vv_cid *roots = vv_calloc(s->version_count + 1, sizeof(*roots)),
			    *all = vv_calloc(s->version_count + 1, sizeof(*all));
	size_t count = 0, all_count = 0;
	vv_status rc = roots && all ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < s->version_count; i++) {
		const version *v = &s->versions[i];
		bool moves = false;
		for (size_t k = 0; v->wanted && k < v->names.packs.count && !moves; k++) {
			moves = vv_cid_set_has(&s->replaced, &v->names.packs.items[k]);
		}
		for (size_t k = 0; v->wanted && k < v->names.older_count && !moves; k++) {
			moves = vv_cid_set_has(&s->replaced, &v->names.older[k].key);
		}
		if (v->wanted) {
			all[all_count++] = *vv_cid_map_cid(&s->version_names, i);
		}
		if (moves) {
			roots[count++] = *vv_cid_map_cid(&s->version_names, i);
		}
	}
	rc = rc < 0 ? rc : vv_versions_look_each(s->h, all, all_count, VV_MARK_NAMED, err);
	return rc < 0 ? rc : vv_versions_put(s->h, roots, count, VV_MARK_NAMED, NULL, err);
}

/* Which of the catalog's packs may be replaced. */
static void mark_replaceable(sweeping *s)
{
	vv_catalog_unmark(s->h->catalog, VV_MARK_OLD | VV_MARK_GOES);
	for (vv_host_pack *p = NULL; vv_catalog_next(s->h->catalog, &p);) {
		const pack *is = find_pack(s, &p->key);
		const bool may = is && is->needed && !is->held && pack_may_go(s, is);
		p->marks |= may ? VV_MARK_OLD : 0;
		p->marks |= s->what->drop && is && !is->needed && !is->held ? VV_MARK_GOES : 0;
	}
}

typedef struct small_pack {
	uint64_t len;
	size_t i;
} small_pack;

static int compare_small(const void *a, const void *b)
{
	const small_pack *x = a, *y = b;

	if (x->len != y->len) return x->len < y->len ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* Keeps the longer ones among the small packs: half of the allowed number, unless one is less than twice as long as all
 * shorter ones together. So a byte is rewritten only a few times, for any number of packs. */
static vv_status leave_longer(sweeping *s, vv_error *err)
{
	const size_t count = vv_catalog_packs(s->h->catalog);
	vv_auto_free small_pack *packs = vv_calloc(count + 1, sizeof(*packs));
	size_t n = 0, joined = 0;
	uint64_t bytes = 0;

	if (!packs) return vv_fail_nomem(err);
	for (size_t i = 0; i < count && s->what->small > 0; i++) {
		const vv_host_pack *p = vv_catalog_pack(s->h->catalog, i);
		if ((p->marks & VV_MARK_OLD) && p->len < s->h->pack_bytes / 2) {
			packs[n++] = (small_pack){p->len, i};
		}
	}
	if (n > 1) {
		qsort(packs, n, sizeof(*packs), compare_small);
	}
	while (n > s->what->small && joined < n &&
	       (joined < n - s->what->small / 2 || packs[joined].len < 2 * bytes)) {
		bytes += packs[joined++].len;
	}
	for (size_t i = joined; i < n; i++) {
		vv_catalog_pack(s->h->catalog, packs[i].i)->marks &= ~(unsigned)VV_MARK_OLD;
	}
	return VV_OK;
}

vv_status vv_host_sweep_due(vv_host *h, const vv_host_sweeping *what, bool *due, vv_error *err)
{
	vv_auto(vv_condemned) c = {.run = ""};
	sweeping s = {.h = h};
	vv_status rc = vv_host_sizes(h, err);

	*due = false;
	if (rc < 0 || (rc = vv_condemned_get(&c, &h->place, err)) < 0) return rc;
	if (!vv_condemned_any(&c)) {
		vv_auto(vv_stored_files) packs = {0};
		size_t small = 0;
		rc = vv_stored_list(&packs, &h->place, VV_STORED_PACK, err);
		vv_array_each(packs.items, packs.count, item) {
			small += item->size < h->pack_bytes / 2;
		}
		*due = small > what->small;
		return rc;
	}
	s.now = vv_now_sec();
	rc = vv_place_list(&h->place, "", on_top, &s, err);
	*due = s.now - s.condemned_at >= (int64_t)what->wait_sec;
	return rc;
}

/* tight: only packs with unneeded blocks are replaced, of any length. */
static vv_status repack_blocks(sweeping *s, bool tight, vv_error *err)
{
	const vv_host_compaction what = {.wants = s->what->wants,
					 .want_count = s->what->want_count,
					 .dry_run = s->what->dry_run,
					 .tight = tight,
					 .drop = s->what->drop};
	vv_host_compacted done = {0};
	uint64_t merged = 0;
	vv_status rc = vv_host_sizes(s->h, err);

	mark_replaceable(s);
	if (rc < 0 || (!tight && (rc = leave_longer(s, err)) < 0)) return rc;
	rc = vv_host_repack(s->h, &what, &done, err);
	if (rc == VV_EMISSING) {
		(void)vv_prefix(err, "a pack in '%s' is damaged, and %s", vv_text_url(s->h->url),
				none_removed(s));
		return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
	}
	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(s->h->catalog, &p);) {
		merged += (p->marks & VV_MARK_OLD) != 0;
		s->joined |= (p->marks & VV_MARK_SPARE) != 0;
		if (p->marks & (VV_MARK_OLD | VV_MARK_SPARE)) {
			rc = vv_cid_map_put(&s->replaced, &p->key, 0, NULL, err);
		}
	}
	s->out->merged += merged;
	s->out->made += done.packs_after;
	if (rc < 0 || (merged == 0 && !s->joined) || s->what->dry_run) return rc;
	if ((rc = survey_place(s, err)) < 0 || (rc = load_catalog(s, err)) < 0 ||
	    (rc = move_versions(s, err)) < 0) {
		return rc;
	}
	return survey_place(s, err);
}

/* --- condemning ---------------------------------------------------------------------------------- */

/* A pack that stays needs those of its bases, though no version names them. */
static void keep_bases(sweeping *s)
{
	const size_t count = vv_catalog_packs(s->h->catalog);
	bool more = true;
	size_t base;

	while (more) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			const vv_host_pack *p = vv_catalog_pack(s->h->catalog, i);
			const pack *stays = find_pack(s, &p->key);
			if (!stays || (!stays->needed && pack_may_go(s, stays))) {
				continue;
			}
			for (size_t k = 0; k < p->base_count; k++) {
				if (!vv_catalog_find(s->h->catalog, &p->bases[k], &base, NULL)) {
					continue;
				}
				pack *of = find_pack(s, &vv_catalog_pack(s->h->catalog, base)->key);
				if (of && !of->needed) {
					of->needed = more = true;
				}
			}
		}
	}
}

/* Packs that stay only for their age; one small pack cannot be put together with others. */
static void count_young(sweeping *s)
{
	const int64_t age = s->what->age_sec < INT64_MAX / 2 ? (int64_t)s->what->age_sec : -1;
	uint64_t young = 0, garbage = 0, small = 0;

	for (size_t i = 0; age >= 0 && i < s->pack_count; i++) {
		const pack *p = &s->packs[i];
		const bool joinable = p->needed && p->size < s->h->pack_bytes / 2;
		small += joinable;
		if (p->modified == 0 || is_older(s, p->modified) || (p->needed && !joinable)) {
			continue;
		}
		young++;
		garbage += !p->needed;
		if (s->out->young_from == 0 || p->modified + age < s->out->young_from) {
			s->out->young_from = p->modified + age;
		}
		if (p->modified + age > s->out->young_until) {
			s->out->young_until = p->modified + age;
		}
	}
	s->out->young_packs = small > 1 || garbage > 0 ? young : 0;
}

static vv_status condemn_packs(sweeping *s, vv_error *err)
{
	vv_condemned *c = &s->condemned;

	vv_condemned_clear(c);
	vv_status rc = mark_old(s, true, err);
	if (rc == VV_OK) {
		keep_bases(s);
		count_young(s);
	}
	for (size_t i = 0; rc == VV_OK && i < s->version_count; i++) {
		if (s->versions[i].garbage) {
			s->out->condemned.versions++;
			rc = vv_cid_map_put(&c->versions, vv_cid_map_cid(&s->version_names, i),
					    s->versions[i].names.digest, NULL, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < s->pack_count; i++) {
		const pack *p = &s->packs[i];
		if (!p->needed && pack_may_go(s, p)) {
			s->out->condemned.packs++;
			s->out->condemned.bytes += p->size;
			rc = vv_cid_map_put(&c->packs, vv_cid_map_cid(&s->pack_names, i), 0, NULL,
					    err);
		}
	}
	if (rc < 0 || s->what->dry_run ||
	    s->out->condemned.versions + s->out->condemned.packs == 0) {
		return rc;
	}
	if ((rc = vv_condemned_put(c, &s->h->place, err)) < 0 ||
	    (rc = vv_place_list(&s->h->place, "", on_top, s, err)) < 0) {
		return rc;
	}
	s->out->removable = s->condemned_at + (int64_t)s->what->wait_sec;
	if (s->what->wait_sec > 0) return VV_OK;
	/* Pushes that ended before did not see it: their versions exist now, or they begin again. */
	s->out->condemned = (vv_host_files){0};
	s->out->removable = 0;
	return (rc = survey_place(s, err)) < 0 ? rc : carry_out(s, err);
}

/* --- old versions of files ------------------------------------------------------------------------ */

/* The version should stay, but another program removed its file, so an old one may have the only data of it. */
static bool is_needed(const sweeping *s, const vv_old_object *o)
{
	uint64_t expired = 0;
	vv_cid root;

	return vv_old_files_root(&root, o) && vv_cid_map_get(&s->wanted, &root, &expired) &&
	       expired == 0 && !vv_cid_set_has(&s->version_names, &root);
}

static vv_status remove_old_file(sweeping *s, const vv_old_object *o, vv_error *err)
{
	vv_host_old *out = &s->out->old;
	int64_t until;
	vv_status rc = vv_place_remove_old(&s->h->place, o->name, o->version, err);

	if (rc == VV_EREFUSED) {
		vv_error_clear(err);
		rc = vv_place_old_lock(&s->h->place, o->name, o->version, &until, err);
		out->until = rc == VV_OK && until > out->until ? until : out->until;
		return rc;
	}
	if (rc == VV_OK) {
		out->removed++;
		out->left--;
		out->bytes -= o->size;
	}
	return rc;
}

/* Removes those that the bucket keeps behind delete markers, after all that stays was shown. */
static vv_status remove_old_files(sweeping *s, vv_error *err)
{
	vv_auto(vv_old_files) files = {.items = NULL};
	vv_status rc = vv_old_files_list(&files, &s->h->place, &s->out->old, err);

	if (rc < 0 || files.count == 0) return rc;
	if ((rc = survey_place(s, err)) < 0 || (rc = mark_old(s, false, err)) < 0 ||
	    (rc = prove_kept(s, err)) < 0 || (rc = vv_sweeper_go_on(&s->own, true, err)) < 0) {
		return rc;
	}
	vv_array_each(files.items, files.count, it) {
		s->out->old.needed = s->out->old.needed || is_needed(s, it);
	}
	for (size_t i = 0; rc == VV_OK && !s->out->old.needed && i < files.count; i++) {
		rc = vv_sweeper_go_on(&s->own, false, err);
		rc = rc < 0 ? rc : remove_old_file(s, &files.items[i], err);
	}
	return rc;
}

static vv_status count_old_files(sweeping *s, vv_error *err)
{
	vv_auto(vv_old_files) files = {.items = NULL};

	return vv_old_files_list(&files, &s->h->place, &s->out->old, err);
}

/* --- the whole ----------------------------------------------------------------------------------- */

static void count_before(sweeping *s)
{
	s->out->before.versions = s->version_count;
	vv_array_each(s->packs, s->pack_count, it) {
		s->out->before.packs += it->has_pack;
		s->out->before.bytes += it->size;
	}
}

static vv_status sweep_place(sweeping *s, vv_error *err)
{
	const vv_host_sweeping *what = s->what;
	bool waits;
	vv_status rc;

	if ((rc = vv_new_roots_each(s->h->repo, what->wants, what->want_count, NULL, 0, note_wanted,
				    s, err)) < 0 ||
	    (rc = begin_sweep(s, err)) < 0 || (rc = survey_place(s, err)) < 0) {
		return rc;
	}
	count_before(s);
	if ((rc = wait_for_condemned(s, &waits, err)) < 0 || waits) return rc;
	/* in a dry run, later results depend on that */
	if (what->dry_run && vv_condemned_any(&s->condemned)) return VV_OK;
	if ((rc = load_catalog(s, err)) < 0 || (rc = add_versions(s, err)) < 0 ||
	    (rc = mark_old(s, false, err)) < 0) {
		return rc;
	}
	const bool drops = what->wait_sec == 0 ||
			   vv_array_find(s->versions, s->version_count, v, v->garbage);
	if ((what->drop || (what->alone && drops)) && vv_cid_map_count(&s->partial) == 0 &&
	    ((rc = repack_blocks(s, true, err)) < 0 || (rc = mark_old(s, false, err)) < 0)) {
		return rc;
	}
	if (!what->drop && (rc = repack_blocks(s, false, err)) < 0) return rc;
	rc = condemn_packs(s, err);
	return rc < 0 || what->dry_run ? rc : remove_indexes(s, err);
}

vv_status vv_host_sweep(vv_host *h, const vv_host_sweeping *what, vv_host_swept *out, vv_error *err)
{
	sweeping s = {.h = h, .what = what, .out = out};

	memset(out, 0, sizeof(*out));
	vv_status rc = sweep_place(&s, err);
	if (rc == VV_OK && what->drop && !what->dry_run) {
		rc = remove_old_files(&s, err);
	} else if (rc == VV_OK && out->removed.versions + out->removed.packs > 0 &&
		   !what->dry_run) {
		rc = count_old_files(&s, err);
	}
	h->sweeper = NULL;
	vv_sweeper_end(&s.own);
	clear_survey(&s);
	vv_free_all(s.versions, s.packs);
	vv_cid_map_reset(&s.wanted);
	vv_cid_map_reset(&s.partial);
	vv_cid_map_reset(&s.replaced);
	vv_condemned_clear(&s.condemned);
	vv_host_forget_lists(h); /* packs of the catalog may be gone */
	return rc;
}
