/*
 * erase_plan: the lines of the plan: a name, a space and an id.
 */
#include "lib/space/erase_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

#define FIRST_LINE "erase plan 2"
#define PLAN_MAX ((size_t)1 << 30)
#define LOCK_WAIT_MS 60000u

void vv_erase_plan_clear(vv_erase_plan *p)
{
	vv_oids_clear(&p->found);
	vv_oids_clear(&p->objects);
	vv_oids_clear(&p->hosted);
	vv_string_list_clear(&p->remotes);
	vv_cid_set_free(p->roots);
	vv_cid_set_free(p->blocks);
	vv_free(p->moved);
	*p = (vv_erase_plan){.roots = NULL};
}

static vv_status begin_sets(vv_erase_plan *p, vv_error *err)
{
	if (p->roots) return VV_OK;
	p->roots = vv_cid_set_new();
	p->blocks = vv_cid_set_new();
	return p->roots && p->blocks ? VV_OK : vv_fail_nomem(err);
}

static char *plan_file(vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "erase-plan", (char *)NULL);
}

int vv_erase_plan_lock(vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(vv_repository_varvedir(r), "erase.lock", (char *)NULL);
	const vv_status rc = path ? vv_mkdirs_above(path, err) : vv_fail_nomem(err);
	const int fd = rc < 0 ? (int)rc : vv_lock(path, true, LOCK_WAIT_MS, err);

	if (fd != (int)VV_ELOCKED) return fd;
	return vv_fail(err, VV_ELOCKED,
		       "another erasure is running in this repository\n"
		       "run the same command again when it has ended");
}

/* --- making ------------------------------------------------------------------------------------------- */

static vv_status put_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	vv_buf *text = payload;

	vv_buf_printf(text, "%s %s\n", ref->name, vv_oid_shows(&ref->id));
	return vv_buf_ok(text, err);
}

static vv_status hash_refs(vv_oid *out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_refs_each(r, "", put_ref, &text, err);

	return rc < 0 ? rc : vv_blob_id(vv_buf_cstr(&text), text.len, out, err);
}

static vv_status add_found(vv_oids *out, const vv_erase *found, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < found->hit_count; i++) {
		rc = vv_oids_add(out, &found->hits[i].blob, err);
	}
	for (size_t i = 0; rc == VV_OK && i < found->note_count; i++) {
		/* names of files stay, in new commits */
		if (found->notes[i].kind != VV_ERASE_PATH &&
		    !vv_oid_is_null(&found->notes[i].day.commit)) {
			rc = vv_oids_add(out, &found->notes[i].day.commit, err);
		}
	}
	return rc;
}

vv_status vv_erase_plan_make(vv_erase_plan *p, const vv_erase *found, vv_repository *r,
			     vv_error *err)
{
	vv_status rc;

	if ((rc = begin_sets(p, err)) < 0) return rc;
	if ((rc = hash_refs(&p->refs, r, err)) < 0) return rc;
	return add_found(&p->found, found, err);
}

static void put_oids(vv_buf *text, const char *name, const vv_oids *list)
{
	vv_array_each(list->items, list->count, id) {
		vv_buf_printf(text, "%s %s\n", name, vv_oid_shows(id));
	}
}

static void put_cids(vv_buf *text, const char *name, const vv_cid_set *set)
{
	for (size_t i = 0; i < vv_cid_set_count(set); i++) {
		vv_buf_printf(text, "%s %s\n", name, vv_cid_shows(vv_cid_set_at(set, i)));
	}
}

static void put_ids(vv_buf *text, const vv_erase_plan *p)
{
	vv_array_each(p->remotes.items, p->remotes.count, name) {
		vv_buf_printf(text, "remote %s\n", *name);
	}
	put_oids(text, "found", &p->found);
	put_oids(text, "object", &p->objects);
	put_oids(text, "hosted", &p->hosted);
	vv_array_each(p->moved, p->moved_count, it) {
		vv_buf_printf(text, "moved %s ", vv_oid_shows(&it->old));
		vv_buf_printf(text, "%s\n", vv_oid_shows(&it->now));
	}
	put_cids(text, "root", p->roots);
	put_cids(text, "block", p->blocks);
}

vv_status vv_erase_plan_write(const vv_erase_plan *p, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_new_file) f = {.fd = -1};
	vv_auto(char) *file = plan_file(r);
	vv_status rc;

	vv_buf_printf(&text, FIRST_LINE "\nrefs %s\n", vv_oid_shows(&p->refs));
	vv_buf_puts(&text, p->applied ? "applied\n" : "");
	put_ids(&text, p);
	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_buf_ok(&text, err)) < 0 || (rc = vv_mkdirs_above(file, err)) < 0 ||
	    (rc = vv_new_file_open(&f, vv_repository_varvedir(r), VV_WRITE_TEMP, err)) < 0 ||
	    (rc = vv_new_file_mode(&f, 0600, err)) < 0 ||
	    (rc = vv_new_file_put(&f, text.data, text.len, err)) < 0 ||
	    (rc = vv_new_file_end(&f, true, err)) < 0) {
		return rc;
	}
	return vv_new_file_place(&f, file, err);
}

/* --- removed data ---------------------------------------------------------------------------------------- */

/* The versions of the new history, and their blocks. */
typedef struct kept_versions {
	vv_cid_set *roots, *blocks;
	vv_walk walk;
} kept_versions;

static void kept_versions_clear(kept_versions *k)
{
	vv_cid_set_free(k->roots);
	vv_cid_set_free(k->blocks);
}
VV_AUTO_CLEAR(kept_versions, kept_versions_clear)

static vv_status keep_version(void *payload, const vv_new_root *n, vv_error *err)
{
	kept_versions *k = payload;
	const vv_status rc = vv_cid_set_note(k->roots, &n->root, err);

	return rc < 0 ? rc : vv_walk_from(&k->walk, &n->root, err);
}

static vv_status find_kept(kept_versions *k, const vv_erase_applied *a, const vv_erase *found,
			   vv_repository *r, vv_error *err)
{
	const vv_erase_commits *c = &found->history;
	vv_auto(vv_oids) tips = {0};
	vv_store *store;
	vv_status rc = vv_repository_store(r, &store, err);

	vv_array_each(c->tips, c->tip_count, t) {
		if (rc == VV_OK) {
			rc = vv_oids_add(&tips, vv_rewrite_new_id(a->rewrite, &t->commit), err);
		}
	}
	k->roots = vv_cid_set_new();
	k->blocks = vv_cid_set_new();
	k->walk = (vv_walk){
		.store = store, .seen = k->blocks, .budget = UINT64_MAX, .missing_ok = true};
	if (rc < 0 || !k->roots || !k->blocks) return rc < 0 ? rc : vv_fail_nomem(err);
	return vv_new_roots_each(r, tips.items, tips.count, NULL, 0, keep_version, k, err);
}

static vv_status add_roots(vv_erase_plan *p, const vv_erase_applied *a, const vv_erase *found,
			   vv_repository *r, vv_error *err)
{
	const vv_cid_set *roots = vv_erase_editor_roots(a->editor);
	vv_auto(vv_cid_set) *old = vv_cid_set_new();
	vv_auto(kept_versions) k = {.roots = NULL};
	vv_status rc = old ? find_kept(&k, a, found, r, err) : vv_fail_nomem(err);
	vv_walk walk = {
		.store = k.walk.store, .seen = old, .budget = UINT64_MAX, .missing_ok = true};

	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(roots); i++) {
		const vv_cid *root = vv_cid_set_at(roots, i);

		if (!vv_cid_set_has(k.roots, root) &&
		    (rc = vv_cid_set_note(p->roots, root, err)) == VV_OK) {
			rc = vv_walk_from(&walk, root, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(old); i++) {
		if (!vv_cid_set_has(k.blocks, vv_cid_set_at(old, i))) {
			rc = vv_cid_set_note(p->blocks, vv_cid_set_at(old, i), err);
		}
	}
	return rc;
}

/* Removes duplicates, too. */
static void sort_ids(vv_oids *list)
{
	size_t kept = 0;

	vv_oids_sort(list);
	vv_array_each(list->items, list->count, id) {
		if (kept == 0 || !vv_oid_equal(id, &list->items[kept - 1])) {
			list->items[kept++] = *id;
		}
	}
	list->count = kept;
}

static int by_old_id(const void *a, const void *b)
{
	const vv_rewritten *x = a, *y = b;

	return memcmp(&x->old, &y->old, sizeof(x->old));
}

static void sort_moved(vv_erase_plan *p)
{
	size_t kept = 0;

	if (p->moved_count == 0) {
		return;
	}
	qsort(p->moved, p->moved_count, sizeof(*p->moved), by_old_id);
	vv_array_each(p->moved, p->moved_count, it) {
		if (kept == 0 || !vv_oid_equal(&it->old, &p->moved[kept - 1].old)) {
			p->moved[kept++] = *it;
		}
	}
	p->moved_count = kept;
}

/* Among the first count ones, which are sorted. */
static vv_rewritten *find_moved(const vv_erase_plan *p, size_t count, const vv_oid *old)
{
	const vv_rewritten wanted = {.old = *old};

	return count > 0 ? bsearch(&wanted, p->moved, count, sizeof(wanted), by_old_id) : NULL;
}

/* New ids of an earlier application may have been replaced by a later one. */
static void join_moved(vv_erase_plan *p)
{
	sort_moved(p);
	vv_array_each(p->moved, p->moved_count, it) {
		const vv_rewritten *later = find_moved(p, p->moved_count, &it->now);

		it->now = later ? later->now : it->now;
	}
}

static vv_status add_old(void *payload, const vv_oid *id, vv_error *err)
{
	return vv_oids_add(payload, id, err);
}

/* A later run of an interrupted application may find only a part again. */
vv_status vv_erase_plan_applied(vv_erase_plan *p, const vv_erase_applied *a, const vv_erase *found,
				vv_repository *r, vv_error *err)
{
	size_t count;
	const vv_rewritten *changed = vv_rewrite_changed(a->rewrite, &count);
	vv_status rc;

	p->applied = true;
	const size_t known = p->moved_count;
	vv_array_each(changed, count, it) {
		vv_rewritten *before = find_moved(p, known, &it->old);

		if ((rc = vv_oids_add(&p->objects, &it->old, err)) < 0) return rc;
		if (before) {
			before->now = it->now;
		} else if (!vv_array_add(p->moved, p->moved_count, p->moved_cap, *it)) {
			return vv_fail_nomem(err);
		}
	}
	if ((rc = add_roots(p, a, found, r, err)) < 0 ||
	    (rc = vv_erase_editor_old(a->editor, add_old, &p->objects, err)) < 0) {
		return rc;
	}
	sort_ids(&p->objects);
	join_moved(p);
	return vv_erase_plan_write(p, r, err);
}

vv_status vv_erase_plan_replaces(vv_erase_plan *p, const vv_oids *ids, vv_repository *r,
				 vv_error *err)
{
	const vv_status rc = vv_oids_add_all(&p->hosted, ids->items, ids->count, err);

	if (rc < 0) return rc;
	sort_ids(&p->hosted);
	return vv_erase_plan_write(p, r, err);
}

const vv_oid *vv_erase_plan_moved(const vv_erase_plan *p, const vv_oid *old)
{
	const vv_rewritten *it = find_moved(p, p->moved_count, old);

	return it ? &it->now : NULL;
}

bool vv_erase_plan_removes(const vv_erase_plan *p, const vv_oid *id)
{
	return vv_oids_has(&p->objects, id);
}

/* --- reading --------------------------------------------------------------------------------------------- */

static vv_status bad_line(size_t line, vv_error *err)
{
	return vv_fail(err, VV_EINPUT,
		       ".git/varve/erase-plan, line %s: expected an id\n"
		       "make a new one with --plan",
		       vv_text_count(line));
}

static bool is_name(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(text, name, len) == 0;
}

/* "OLD NEW" */
static vv_status read_moved(vv_erase_plan *p, const char *value, size_t size, size_t line,
			    vv_error *err)
{
	vv_rewritten pair;

	if (size != 2 * VV_OID_TEXT + 1 || !vv_oid_parse(&pair.old, value, VV_OID_TEXT) ||
	    !vv_oid_parse(&pair.now, value + VV_OID_TEXT + 1, VV_OID_TEXT)) {
		return bad_line(line, err);
	}
	return vv_array_add(p->moved, p->moved_count, p->moved_cap, pair) ? VV_OK
									  : vv_fail_nomem(err);
}

static vv_status read_line(vv_erase_plan *p, const char *text, size_t len, size_t line,
			   vv_error *err)
{
	const char *space = memchr(text, ' ', len);
	const size_t name = space ? (size_t)(space - text) : len;
	const char *value = space ? space + 1 : text + len;
	const size_t size = (size_t)(text + len - value);
	vv_cid root;
	vv_oid id;

	if (is_name(text, name, "applied")) {
		p->applied = true;
		return VV_OK;
	}
	if (is_name(text, name, "remote")) {
		return vv_string_list_add(&p->remotes, vv_strndup(value, size), err);
	}
	const bool is_root = is_name(text, name, "root");
	if (is_root || is_name(text, name, "block")) {
		if (vv_cid_parse(&root, value, size, VV_IGNORED) < 0) return bad_line(line, err);
		return vv_cid_set_note(is_root ? p->roots : p->blocks, &root, err);
	}
	if (is_name(text, name, "moved")) return read_moved(p, value, size, line, err);
	if (size != VV_OID_TEXT || !vv_oid_parse(&id, value, VV_OID_TEXT)) {
		return bad_line(line, err);
	}
	if (is_name(text, name, "refs")) {
		p->refs = id;
		return VV_OK;
	}
	if (is_name(text, name, "object")) return vv_oids_add(&p->objects, &id, err);
	if (is_name(text, name, "hosted")) return vv_oids_add(&p->hosted, &id, err);
	if (is_name(text, name, "found")) return vv_oids_add(&p->found, &id, err);
	return bad_line(line, err);
}

vv_status vv_erase_plan_read(vv_erase_plan *p, vv_repository *r, vv_error *err)
{
	vv_auto(char) *file = plan_file(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	size_t line = 0;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if ((rc = begin_sets(p, err)) < 0 ||
	    (rc = vv_read_regular(&text, file, PLAN_MAX, err)) < 0) {
		return rc;
	}
	for (size_t at = 0, len; at < text.len; at += len + 1) {
		const char *end = memchr(text.data + at, '\n', text.len - at);

		len = end ? (size_t)(end - text.data) - at : text.len - at;
		if (++line == 1 && !is_name(text.data, len, FIRST_LINE)) {
			return vv_fail(
				err, VV_ENOSUPPORT,
				".git/varve/erase-plan is not a plan of this version of varve\n"
				"make a new one with --plan");
		}
		if (line > 1 && (rc = read_line(p, text.data + at, len, line, err)) < 0) return rc;
	}
	vv_oids_sort(&p->found);
	sort_ids(&p->objects);
	sort_ids(&p->hosted);
	sort_moved(p);
	return VV_OK;
}

vv_status vv_erase_plan_continue(vv_erase_plan *p, vv_repository *r, vv_error *err)
{
	vv_auto(vv_erase_plan) old = {.roots = NULL};
	vv_status rc = vv_erase_plan_read(&old, r, err);

	if (rc < 0) { /* a plan that cannot be read is replaced */
		return vv_error_excuse(
			rc, rc == VV_ENOTFOUND || rc == VV_ENOSUPPORT || rc == VV_EINPUT, err);
	}
	if (!old.applied || old.objects.count == 0) return VV_OK;
	vv_array_each(old.remotes.items, old.remotes.count, name) {
		if (!vv_text_is_among(*name, VV_TEXTS(p->remotes.items), p->remotes.count) &&
		    (rc = vv_string_list_add(&p->remotes, vv_strdup(*name), err)) < 0) {
			return rc;
		}
	}
	p->objects = old.objects;
	p->hosted = old.hosted;
	old.objects = old.hosted = (vv_oids){0};
	p->roots = vv_take(&old.roots);
	p->blocks = vv_take(&old.blocks);
	p->moved = vv_take(&old.moved);
	p->moved_count = old.moved_count;
	p->moved_cap = old.moved_cap;
	return VV_OK;
}

static vv_status fail_outdated(const char *what, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "the plan is outdated: %s\nmake a new one with --plan in place of --apply",
		       what);
}

vv_status vv_erase_plan_compare(const vv_erase_plan *p, const vv_erase *found, vv_repository *r,
				vv_error *err)
{
	vv_auto(vv_oids) now = {0};
	vv_oid refs;
	vv_status rc = hash_refs(&refs, r, err);

	if (rc < 0 || (rc = add_found(&now, found, err)) < 0) return rc;
	if (!p->applied && !vv_oid_equal(&refs, &p->refs)) {
		return fail_outdated("a branch, tag or other ref has moved since", err);
	}
	vv_array_each(now.items, now.count, id) {
		if (!vv_oids_has(&p->found, id)) {
			return fail_outdated("versions or commits were found that it does not have",
					     err);
		}
	}
	return p->applied || now.count == p->found.count
		       ? VV_OK
		       : fail_outdated("it has versions or commits that were not found", err);
}

vv_status vv_erase_plan_end(vv_erase_plan *p, vv_repository *r, vv_error *err)
{
	vv_oids_clear(&p->found);
	vv_oids_clear(&p->objects);
	vv_oids_clear(&p->hosted);
	vv_cid_set_reset(p->roots);
	vv_cid_set_reset(p->blocks);
	p->moved_count = 0;
	p->refs = (vv_oid){{0}};
	return vv_erase_plan_write(p, r, err);
}
