/*
 * pack_list: lists the existing packs.
 *
 * The folder's listing is the list of packs; there is no manifest. A list once made is shared, and
 * replaced by a newer one when a block is missed and the folder has changed since.
 */
#include "repo/blocks/pack_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/derived.h"

#define LIST_TRIES 100u
#define FILE_TEMP_PREFIX ".varve-tmp-" /* base/file's */
/* Longer than the clock tick of file systems that keep parts of seconds, and of
 * those that do not. */
#define QUIET_NSEC 50000000
#define QUIET_SECONDS 3

/* --- many small packs ---- */

#define SMALL_BLOCKS 4096u /* of a pack; the index of a larger one is searched by itself */
#define SMALL_PACKS 16u    /* fewer are each searched as soon */

typedef struct small_entry {
	uint64_t prefix;
	size_t pack; /* a place in the list */
} small_entry;

/* By the first bits of a prefix, then by pack. Right as long as no index was replaced. */
struct vv_small_packs {
	unsigned long rebuilds; /* vv_pack_rebuilds, before the indexes were read */
	unsigned bits;
	size_t *fans; /* where the entries of each first bits begin, and after the last where they end */
	small_entry *entries;
	size_t *rest; /* places of packs that are not small */
	size_t rest_count;
};

static void free_small(struct vv_small_packs *m)
{
	if (m) {
		vv_free_all(m->fans, m->entries, m->rest, m);
	}
}

static const vv_pack_index *small_index(const vv_pack *p)
{
	const vv_pack_index *x = atomic_load(&p->index);

	return vv_pack_index_is_whole(x) && vv_pack_index_count(x) <= SMALL_BLOCKS ? x : NULL;
}

static size_t first_bits(const struct vv_small_packs *m, uint64_t prefix)
{
	return (size_t)(prefix >> (64 - m->bits));
}

/* Each place of fans[n + 1] counts those of n, then is where they begin, then where they end. */
static void sort_small(struct vv_small_packs *m, const vv_pack_index *const *of, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		for (uint64_t k = 0; of[i] && k < vv_pack_index_count(of[i]); k++) {
			m->fans[first_bits(m, vv_pack_index_prefix(of[i], k)) + 1]++;
		}
	}
	for (size_t n = 0; n < (size_t)1 << m->bits; n++) {
		const size_t here = m->fans[n + 1];
		m->fans[n + 1] = sum;
		sum += here;
	}
	for (size_t i = 0; i < count; i++) {
		for (uint64_t k = 0; of[i] && k < vv_pack_index_count(of[i]); k++) {
			const uint64_t prefix = vv_pack_index_prefix(of[i], k);
			m->entries[m->fans[first_bits(m, prefix) + 1]++] = (small_entry){prefix, i};
		}
	}
}

static vv_status join_small(vv_pack_list *l, vv_error *err)
{
	vv_auto_free const vv_pack_index **of = vv_calloc(l->count + 1, sizeof(*of));
	struct vv_small_packs *m;
	const unsigned long rebuilds = vv_pack_rebuilds();
	size_t packs = 0, entries = 0;

	if (!of) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->count; i++) {
		of[i] = small_index(l->packs[i]);
		packs += of[i] != NULL;
		entries += of[i] ? (size_t)vv_pack_index_count(of[i]) : 0;
	}
	if (packs < SMALL_PACKS || entries == 0) return VV_OK;
	if (!(m = l->small = vv_calloc(1, sizeof(*m)))) return vv_fail_nomem(err);
	m->rebuilds = rebuilds;
	for (m->bits = 1; (size_t)1 << m->bits < entries; m->bits++) {
	}
	m->fans = vv_calloc(((size_t)1 << m->bits) + 1, sizeof(*m->fans));
	m->entries = vv_calloc(entries, sizeof(*m->entries));
	m->rest = vv_calloc(l->count + 1, sizeof(*m->rest));
	if (!m->fans || !m->entries || !m->rest) return vv_fail_nomem(err);
	for (size_t i = 0; i < l->count; i++) {
		if (!of[i]) {
			m->rest[m->rest_count++] = i;
		}
	}
	sort_small(m, of, l->count);
	return VV_OK;
}

vv_pack_search vv_pack_search_begin(const vv_pack_list *l, uint64_t prefix)
{
	vv_pack_search s = {.list = l, .prefix = prefix};

	if (l && l->small && l->small->rebuilds == vv_pack_rebuilds()) {
		s.small = l->small;
		s.at = s.small->fans[first_bits(s.small, prefix)];
		s.last = s.small->fans[first_bits(s.small, prefix) + 1];
	}
	return s;
}

vv_pack *vv_pack_search_next(vv_pack_search *s)
{
	if (!s->list || !s->small) {
		return s->list && s->next < s->list->count ? s->list->packs[s->next++] : NULL;
	}
	while (s->at < s->last && s->small->entries[s->at].prefix != s->prefix) {
		s->at++;
	}
	const size_t large = s->next < s->small->rest_count ? s->small->rest[s->next] : SIZE_MAX;
	const size_t small = s->at < s->last ? s->small->entries[s->at].pack : SIZE_MAX;
	if (large < small) {
		s->next++;
		return s->list->packs[large];
	}
	if (small == SIZE_MAX) return NULL;
	for (; s->at < s->last && s->small->entries[s->at].pack == small; s->at++) {
	}
	return s->list->packs[small];
}

/* --- the list ---- */

void vv_packs_unref(vv_pack_list *l)
{
	if (l && atomic_fetch_sub(&l->refs, 1) == 1) {
		for (size_t i = 0; i < l->count; i++) {
			vv_pack_unref(l->packs[i]);
		}
		vv_packs_unref(l->under);
		free_small(l->small);
		vv_free_all(l->packs, l);
	}
}

bool vv_packs_have(const vv_pack_list *l, const vv_pack_name *id)
{
	return vv_array_find(l->packs, l->count, it, vv_pack_name_equal(&(*it)->id, id)) != NULL;
}

static int pack_rank(const vv_pack *p)
{
	if (p->id.aside) return 2;
	return vv_pack_is_damaged(p) ? 1 : 0;
}

static int compare_packs(const void *pa, const void *pb)
{
	const vv_pack *a = *(vv_pack *const *)pa, *b = *(vv_pack *const *)pb;

	if (pack_rank(a) != pack_rank(b)) return pack_rank(a) - pack_rank(b);
	if (a->stat.size != b->stat.size) return a->stat.size > b->stat.size ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* The opened pack of this name, if it still is the same file. */
static vv_pack *find_open(const vv_pack_list *seen, const char *path, const char *name, bool whole)
{
	vv_stat st;

	for (size_t i = 0; seen && i < seen->own; i++) {
		vv_pack *p = seen->packs[i];

		if (strcmp(p->name, name) == 0) {
			bool good = vv_lstat(&st, path, NULL) == VV_OK && st.ino == p->stat.ino &&
				    st.dev == p->stat.dev && st.size == p->stat.size &&
				    (!whole || vv_pack_index_is_whole(atomic_load(&p->index)));

			return good ? p : NULL;
		}
	}
	return NULL;
}

static vv_status add_pack(vv_store *s, vv_pack_list *l, const vv_pack_list *seen, const char *name,
			  vv_error *err)
{
	bool whole = atomic_load(&s->whole);
	vv_auto(char) *path = vv_path_join(s->packs_dir, name, (char *)NULL);
	vv_status rc = VV_OK;

	if (!path) return vv_fail_nomem(err);
	vv_pack *p = find_open(seen, path, name, whole);
	if (p) {
		vv_pack_ref(p);
	} else {
		rc = vv_pack_open(&p, s->packs_dir, name, whole, err);
	}
	if (rc == VV_EINPUT) return VV_OK; /* a folder has no blocks: they are missing */
	if (rc == VV_OK) {
		l->packs[l->count++] = p;
	}
	return rc;
}

/* The current packs of the store below. */
static vv_status add_under(vv_store *s, vv_pack_list *l, vv_error *err)
{
	vv_auto(vv_pack_list) *seen = NULL;
	vv_status rc;

	if ((rc = vv_packs_get(s->under, &seen, err)) < 0) return rc;
	rc = vv_packs_renew(s->under, seen, false, &l->under, err);
	if (rc < 0) {
		l->under = NULL;
		return rc;
	}
	vv_pack **packs = vv_realloc_array(l->packs, l->own + l->under->count + 1, sizeof *packs);
	if (!packs) return vv_fail_nomem(err);
	l->packs = packs;
	for (size_t i = 0; i < l->under->count; i++) {
		vv_pack_ref(l->under->packs[i]);
		l->packs[l->count++] = l->under->packs[i];
	}
	return VV_OK;
}

/* VV_ENOTFOUND when a pack vanished while its turn came: list again. */
static vv_status list_once(vv_store *s, const vv_pack_list *seen, vv_pack_list **out, vv_error *err)
{
	vv_auto(vv_pack_list) *l = vv_calloc(1, sizeof *l);
	vv_auto(vv_folder) f = {0};
	vv_pack_name id;

	if (!l) return vv_fail_nomem(err);
	atomic_init(&l->refs, 1);
	vv_now(&l->listed_sec, &l->listed_nsec);
	vv_status rc = vv_lstat(&l->dir, s->packs_dir, err);
	if (rc == VV_ENOTFOUND) {
		l->dir = (vv_stat){0};
		rc = VV_OK;
	} else {
		rc = rc < 0 ? rc : vv_folder_read(&f, s->packs_dir, false, err);
	}
	if (rc < 0) return rc;
	if (!(l->packs = vv_calloc(f.names.count + 1, sizeof *l->packs))) return vv_fail_nomem(err);
	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = vv_pack_name_read(&id, f.name) ? add_pack(s, l, seen, f.name, err) : VV_OK;
	}
	if (rc == VV_OK && l->count > 1) {
		qsort(l->packs, l->count, sizeof *l->packs, compare_packs);
	}
	l->own = l->count;
	if (rc < 0 || (s->under && (rc = add_under(s, l, err)) < 0) ||
	    (rc = join_small(l, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &l);
}

static vv_status list_packs(vv_store *s, const vv_pack_list *seen, vv_pack_list **out,
			    vv_error *err)
{
	unsigned tries = 0;
	vv_status rc;

	do {
		rc = list_once(s, seen, out, err);
	} while (rc == VV_ENOTFOUND && ++tries < LIST_TRIES);
	return rc;
}

/* Was the folder's last change so long before it was listed that a later one must
 * have another time? */
static bool was_quiet(const vv_pack_list *l)
{
	int64_t sec = l->listed_sec - l->dir.mtime_sec;

	if (l->dir.mtime_nsec == 0) return sec > QUIET_SECONDS;
	return sec > 1 ||
	       (sec >= 0 && sec * 1000000000 + l->listed_nsec - l->dir.mtime_nsec > QUIET_NSEC);
}

static bool is_folder_unchanged(const vv_store *s, const vv_pack_list *l)
{
	vv_stat now;

	if (vv_lstat(&now, s->packs_dir, NULL) < 0) return l->dir.mode == 0;
	return now.mtime_sec == l->dir.mtime_sec && now.mtime_nsec == l->dir.mtime_nsec &&
	       now.ino == l->dir.ino && was_quiet(l);
}

static vv_pack_list *current_list(vv_store *s)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
	vv_pack_list *l = s->list;
	if (l) {
		(void)atomic_fetch_add(&l->refs, 1);
	}
	return l;
}

/* The second store has no store below it. */
static bool is_unchanged(const vv_store *s, const vv_pack_list *l)
{
	bool same = is_folder_unchanged(s, l);

	if (!same || !s->under) return same;
	vv_auto(vv_pack_list) *under = current_list(s->under);
	return under == l->under && is_folder_unchanged(s->under, under);
}

/* Under list_lock: makes a fresh list the current one. */
static vv_status replace_list(vv_store *s, vv_pack_list **out, vv_error *err)
{
	vv_pack_list *old = current_list(s), *fresh = NULL;
	vv_status rc = list_packs(s, old, &fresh, err);

	vv_packs_unref(old);
	if (rc < 0) return rc;
	(void)atomic_fetch_add(&fresh->refs, 1);
	vv_mutex_lock(s->lock);
	old = s->list;
	s->list = fresh;
	vv_mutex_unlock(s->lock);
	vv_packs_unref(old);
	*out = fresh;
	return VV_OK;
}

vv_status vv_packs_renew(vv_store *s, vv_pack_list *seen, bool force, vv_pack_list **out,
			 vv_error *err)
{
	vv_status rc = VV_OK;

	vv_auto(vv_locked) lock = vv_mutex_hold(s->list_lock);
	vv_pack_list *l = current_list(s);
	if (!force && l && l != seen) {
		*out = l;
	} else if (!force && l && is_unchanged(s, l)) {
		*out = l;
	} else {
		vv_packs_unref(l);
		rc = replace_list(s, out, err);
	}
	return rc;
}

vv_status vv_packs_get(vv_store *s, vv_pack_list **out, vv_error *err)
{
	*out = current_list(s);
	return *out ? VV_OK : vv_packs_renew(s, NULL, false, out, err);
}

/* --- the roll ----
 *
 * Names of the packs that should exist, in a derived file, so that a lost one is noticed. A name is added to the roll
 * when its pack is in place, and removed before a writer or gc removes the pack: a crash can leave a pack that is not
 * on the roll, never a name without a pack. A removed name is not added again, since a lister may still see a pack that
 * is about to be removed.
 */

#define ROLL_WAIT_MS 5000u

static const vv_kept_form roll_form = {.mark = "VVPACK\x01\n",
				       .key_len = VV_PACK_HASH_LEN,
				       .value_len = 1, /* 1: must exist; 0: removed */
				       .max = 1024};

vv_status vv_store_keep_roll(vv_store *s, const char *file, vv_error *err)
{
	s->roll = vv_strdup(file);
	return s->roll ? VV_OK : vv_fail_nomem(err);
}

static vv_status open_roll(vv_kept **out, const vv_store *s, vv_error *err)
{
	return vv_kept_open(out, s->roll, &roll_form, 0, err);
}

/* One who changes it at a time. <0: vv_status. */
static int lock_roll(const vv_store *s, vv_error *err)
{
	vv_status rc;

	vv_auto(char) *path = vv_asprintf("%s.lock", s->roll);
	if ((rc = vv_alloc_ok(path, err)) < 0 || (rc = vv_mkdirs_above(s->roll, err)) < 0) {
		return (int)rc;
	}
	return vv_lock(path, true, ROLL_WAIT_MS, err);
}

static vv_status call_locked(vv_store *s, vv_error *err)
{
	static const uint8_t here = 1;
	vv_auto(vv_kept) *roll = NULL;
	vv_auto(vv_pack_list) *l = NULL;
	vv_status rc;

	if ((rc = open_roll(&roll, s, err)) < 0 ||
	    (rc = vv_packs_renew(s, NULL, true, &l, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < l->own; i++) {
		const vv_pack_name *id = &l->packs[i]->id;
		const uint8_t *was = vv_kept_get(roll, id->hash);
		if (!id->aside && (!was || *was == here)) {
			rc = vv_kept_put(roll, id->hash, &here, err);
		}
	}
	return rc < 0 ? rc : vv_kept_save(roll, err);
}

vv_status vv_store_call_packs(vv_store *s, vv_error *err)
{
	if (!s->roll) return VV_OK;
	vv_auto(vv_fd) fd = lock_roll(s, err);
	return fd < 0 ? (vv_status)fd : call_locked(s, err);
}

void vv_roll_merged(vv_store *s)
{
	if (s->roll && vv_exists(s->roll)) {
		(void)vv_store_call_packs(s, VV_IGNORED);
	}
}

int vv_roll_take_off(const vv_store *s, const vv_pack_name *id)
{
	static const uint8_t gone = 0;

	if (!s->roll || id->aside) return -1;
	const int lock = lock_roll(s, VV_IGNORED);
	if (lock >= 0 && !vv_exists(s->roll)) return lock;
	vv_auto(vv_kept) *roll = NULL;
	if (lock < 0 || open_roll(&roll, s, VV_IGNORED) < 0 ||
	    vv_kept_put(roll, id->hash, &gone, VV_IGNORED) < 0 ||
	    vv_kept_save(roll, VV_IGNORED) < 0) { /* a full disk: no roll in place of a wrong one */
		(void)vv_unlink(s->roll, true, VV_IGNORED);
	}
	return lock < 0 ? -1 : lock;
}

static bool is_here(const vv_pack_list *l, const uint8_t *hash)
{
	return vv_array_find(l->packs, l->own, pack,
			     !(*pack)->id.aside &&
				     memcmp((*pack)->id.hash, hash, VV_PACK_HASH_LEN) == 0) != NULL;
}

static vv_status count_lost(vv_store *s, bool forget, size_t *lost, vv_error *err)
{
	vv_auto(vv_kept) *roll = NULL;
	vv_auto(vv_buf) names = VV_BUF_INIT;
	vv_auto(vv_pack_list) *l = NULL;
	vv_status rc;

	*lost = 0;
	if ((rc = open_roll(&roll, s, err)) < 0 ||
	    (rc = vv_kept_list(roll, SIZE_MAX, &names, err)) < 0 ||
	    (rc = vv_packs_renew(s, NULL, true, &l, err)) < 0) {
		return rc;
	}
	for (size_t at = 0; at < names.len; at += VV_PACK_HASH_LEN + 1) {
		const uint8_t *name = (const uint8_t *)names.data + at;

		if (name[VV_PACK_HASH_LEN] == 1 && !is_here(l, name)) {
			++*lost;
			vv_kept_drop(roll, name);
		}
	}
	return forget ? vv_kept_save(roll, err) : VV_OK;
}

vv_status vv_store_lost_packs(vv_store *s, bool forget, size_t *lost, vv_error *err)
{
	vv_status rc;

	*lost = 0;
	if (!s->roll || (rc = count_lost(s, false, lost, err)) < 0 || *lost == 0) {
		return s->roll ? rc : VV_OK;
	}
	/* Once more: another process may have removed a pack since the roll was read. */
	if (!forget) return count_lost(s, false, lost, err);
	vv_auto(vv_fd) fd = lock_roll(s, err);
	return fd < 0 ? (vv_status)fd : count_lost(s, true, lost, err);
}

static vv_status remove_files(const vv_store *s, const vv_pack_name *id, vv_error *err)
{
	static const char *const parts[] = {"pack", "index"};
	char name[VV_PACK_NAME_MAX];
	vv_status rc;

	for (size_t i = 0; i < 2; i++) {
		vv_pack_name_write(name, id, parts[i]);
		vv_auto(char) *path = vv_path_join(s->packs_dir, name, (char *)NULL);
		if ((rc = path ? vv_unlink(path, true, err) : vv_fail_nomem(err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_store_remove_pack(vv_store *s, const vv_pack_name *id, vv_error *err)
{
	vv_fd lock = vv_roll_take_off(s, id);
	const vv_status rc = remove_files(s, id, err);
	vv_fd_close(&lock);
	return rc;
}

vv_status vv_store_remove_temps(vv_store *s, const char *prefix, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, s->packs_dir, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (strncmp(f.name, prefix, strlen(prefix)) == 0) {
			rc = vv_unlink(f.path, true, err);
		}
	}
	return rc;
}

/* An index whose pack is gone. */
static vv_status remove_orphaned_index(vv_store *s, const char *name, vv_error *err)
{
	const size_t stem = strlen(name) - strlen(".index");
	char pack_name[VV_PACK_NAME_MAX];
	vv_pack_name id;

	(void)snprintf(pack_name, sizeof(pack_name), "%.*s.pack", (int)stem, name);
	vv_auto(char) *path = vv_path_join(s->packs_dir, pack_name, (char *)NULL);
	if (!path) return vv_fail_nomem(err);
	return vv_pack_name_read(&id, pack_name) && !vv_exists(path) ? remove_files(s, &id, err)
								     : VV_OK;
}

vv_status vv_store_remove_orphans(vv_store *s, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc;

	if ((rc = vv_store_remove_temps(s, VV_TEMP_PREFIX, err)) < 0 ||
	    (rc = vv_store_remove_temps(s, FILE_TEMP_PREFIX, err)) < 0 ||
	    (rc = vv_folder_read(&f, s->packs_dir, false, err)) < 0) {
		return rc;
	}
	while (rc == VV_OK && vv_folder_next(&f)) {
		rc = vv_path_ends(f.name, ".index") ? remove_orphaned_index(s, f.name, err) : VV_OK;
	}
	return rc;
}
