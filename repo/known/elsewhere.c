/*
 * elsewhere: the file: a line "<root> <before> <remote>" for each version (before: the root of the previous
 * version at its path, or "-"), or "<root> <before> " once that version is stored here again (a possible base
 * for others); and a line "<commit>" for each commit below which all versions were visited.
 */
#include "repo/known/elsewhere.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/store.h"
#include "repo/git/objects/send.h"

#define FILE_MAX (UINT64_C(1) << 30)
#define TIPS_MAX 512u
#define LOCK_WAIT_MS 60000u
#define DROP_WAIT_MS 3000u

struct vv_elsewhere {
	struct listed {
		vv_cid root, before; /* before null: none */
		size_t remote;       /* 1 + its place in remotes; 0: the version is stored here
				      * again */
	} * listed;
	size_t count, cap;
	vv_cid_map by_root;   /* its place in listed */
	vv_cid_map by_before; /* the place of the first that came after it */
	vv_string_list remotes;
	vv_oid tips[TIPS_MAX]; /* the newest first */
	size_t tip_count;
};

static char *file_path(vv_repository *r, const char *name)
{
	return vv_path_join(vv_repository_varvedir(r), name, (char *)NULL);
}

/* --- reading ------------------------------------------------------------------------------ */

/* *at: 1 + the remote's place; of no name: 0. */
static vv_status add_remote(vv_elsewhere *e, const char *name, size_t len, size_t *at,
			    vv_error *err)
{
	for (*at = len > 0 ? 1 : 0; *at > 0 && *at <= e->remotes.count; ++*at) {
		const char *known = e->remotes.items[*at - 1];
		if (strlen(known) == len && memcmp(known, name, len) == 0) return VV_OK;
	}
	return *at > 0 ? vv_string_list_add(&e->remotes, vv_strndup(name, len), err) : VV_OK;
}

/* remote empty: the version is stored here again. Existing entries are unchanged, except one that was
 * stored here. */
static vv_status add_root(vv_elsewhere *e, const vv_cid *root, const vv_cid *before,
			  const char *remote, size_t len, vv_error *err)
{
	uint64_t i;
	size_t at;
	vv_status rc = add_remote(e, remote, len, &at, err);

	if (rc < 0) return rc;
	if (vv_cid_map_get(&e->by_root, root, &i)) {
		e->listed[i].remote = e->listed[i].remote > 0 ? e->listed[i].remote : at;
		return VV_OK;
	}
	if (!vv_array_room(e->listed, e->count, e->cap)) return vv_fail_nomem(err);
	if ((rc = vv_cid_map_put(&e->by_root, root, e->count, NULL, err)) < 0 ||
	    (!vv_cid_is_null(before) &&
	     (rc = vv_cid_map_put(&e->by_before, before, e->count, NULL, err)) < 0)) {
		return rc;
	}
	e->listed[e->count++] = (struct listed){.root = *root, .before = *before, .remote = at};
	return VV_OK;
}

static vv_status read_line(vv_elsewhere *e, const char *line, size_t len, vv_error *err)
{
	const char *blank = memchr(line, ' ', len), *end = line + len;
	vv_cid root, before = {0, {0}};

	if (!blank) {
		if (len == VV_OID_TEXT && e->tip_count < TIPS_MAX &&
		    vv_oid_parse(&e->tips[e->tip_count], line, len)) {
			e->tip_count++;
		}
		return VV_OK;
	}
	const char *second = memchr(blank + 1, ' ', (size_t)(end - blank) - 1);
	if (!second || vv_cid_parse(&root, line, (size_t)(blank - line), NULL) < 0 ||
	    (blank[1] != '-' &&
	     vv_cid_parse(&before, blank + 1, (size_t)(second - blank) - 1, NULL) < 0)) {
		return VV_OK;
	}
	return add_root(e, &root, &before, second + 1, (size_t)(end - second) - 1, err);
}

static vv_status read_file(vv_elsewhere *e, const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *newline;
	vv_status rc = vv_read_regular(&text, path, FILE_MAX, err);

	if (rc < 0) return vv_missing_ok(vv_hint_folder(rc, path, err), err);
	const char *p = vv_buf_cstr(&text);
	const char *end = p + text.len;
	/* A last line without its end was not written whole. */
	while (rc == VV_OK && p < end && (newline = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		rc = read_line(e, p, (size_t)(newline - p), err);
		p = newline + 1;
	}
	return rc;
}

vv_status vv_elsewhere_read(vv_elsewhere **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_elsewhere) *e = vv_calloc(1, sizeof(*e));
	vv_auto(char) *path = file_path(r, "elsewhere");
	vv_status rc = e && path ? read_file(e, path, err) : vv_fail_nomem(err);

	*out = rc < 0 ? NULL : vv_take(&e);
	return rc;
}

void vv_elsewhere_free(vv_elsewhere *e)
{
	if (e) {
		vv_cid_map_reset(&e->by_root);
		vv_cid_map_reset(&e->by_before);
		vv_string_list_clear(&e->remotes);
		vv_free_all(e->listed, e);
	}
}

bool vv_elsewhere_has(const vv_elsewhere *e, const vv_cid *root)
{
	uint64_t i;
	return vv_cid_map_get(&e->by_root, root, &i) && e->listed[i].remote > 0;
}

#define STEPS_MAX 64u /* in each direction */

/* The version before (older), or one that came after it; false: none is known. */
static bool step_version(const vv_elsewhere *e, bool older, vv_cid *at)
{
	uint64_t place;

	if (!vv_cid_map_get(older ? &e->by_root : &e->by_before, at, &place) ||
	    (older && vv_cid_is_null(&e->listed[place].before))) {
		return false;
	}
	*at = older ? e->listed[place].before : e->listed[place].root;
	return true;
}

bool vv_elsewhere_like(const vv_elsewhere *e, const vv_cid *root, vv_store *store, vv_cid *out)
{
	vv_cid older = *root, newer = *root;
	bool more = true;

	for (unsigned i = 0; more && i < STEPS_MAX; i++) {
		bool up = step_version(e, false, &newer), down = step_version(e, true, &older);

		if (up && vv_store_has(store, &newer)) {
			*out = newer;
			return true;
		}
		if (down && vv_store_has(store, &older)) {
			*out = older;
			return true;
		}
		more = up || down;
	}
	return false;
}

const vv_cid *vv_elsewhere_next(const vv_elsewhere *e, size_t *i)
{
	while (*i < e->count && e->listed[*i].remote == 0) {
		++*i;
	}
	return *i < e->count ? &e->listed[(*i)++].root : NULL;
}

const char *vv_elsewhere_keeper(const vv_elsewhere *e, const vv_cid *root)
{
	uint64_t i;

	return vv_cid_map_get(&e->by_root, root, &i) && e->listed[i].remote > 0
		       ? e->remotes.items[e->listed[i].remote - 1]
		       : NULL;
}

bool vv_elsewhere_links(const vv_elsewhere *e, const vv_cid *root)
{
	const char *keeper = vv_elsewhere_keeper(e, root);

	return keeper && strncmp(keeper, VV_LINK_SCHEME, strlen(VV_LINK_SCHEME)) == 0;
}

const char *vv_elsewhere_remote(const vv_elsewhere *e, size_t i)
{
	return i < e->remotes.count ? e->remotes.items[i] : NULL;
}

/* --- noting ------------------------------------------------------------------------------- */

typedef struct noting {
	vv_elsewhere *list;
	vv_store *store;
	const char *remote;
} noting;

static vv_status note_root(void *payload, const vv_new_root *n, vv_error *err)
{
	noting *t = payload;
	vv_auto(vv_buf) link = VV_BUF_INIT;

	if (n->expired || vv_store_has(t->store, &n->root)) return VV_OK;
	if (!n->link) {
		return add_root(t->list, &n->root, &n->before, t->remote, strlen(t->remote), err);
	}
	vv_buf_printf(&link, VV_LINK_SCHEME "%s", n->link);
	vv_status rc = vv_buf_ok(&link, err);
	return rc < 0 ? rc : add_root(t->list, &n->root, &n->before, link.data, link.len, err);
}

static bool has_tip(const vv_elsewhere *e, const vv_oid *id)
{
	return vv_array_find(e->tips, e->tip_count, tip, vv_oid_equal(tip, id)) != NULL;
}

static void put_line(vv_buf *text, const vv_elsewhere *e, const struct listed *l)
{
	vv_buf_printf(text, "%s %s %s\n", vv_cid_shows(&l->root),
		      vv_cid_is_null(&l->before) ? "-" : vv_cid_shows(&l->before),
		      l->remote > 0 ? e->remotes.items[l->remote - 1] : "");
}

static vv_status write_list(const vv_elsewhere *e, const vv_oid *wants, size_t want_count,
			    const char *path, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < want_count && i < TIPS_MAX; i++) {
		vv_buf_printf(&text, "%s\n", vv_oid_shows(&wants[i]));
	}
	for (size_t i = 0; i < e->tip_count && want_count + i < TIPS_MAX; i++) {
		vv_buf_printf(&text, "%s\n", vv_oid_shows(&e->tips[i]));
	}
	for (size_t i = 0; i < e->count; i++) {
		put_line(&text, e, &e->listed[i]);
	}
	return (rc = vv_buf_ok(&text, err)) < 0
		       ? rc
		       : vv_write_file(path, vv_buf_cstr(&text), text.len, true, err);
}

static uint64_t count_away(const vv_elsewhere *e)
{
	uint64_t count = 0;

	for (size_t i = 0; i < e->count; i++) {
		count += e->listed[i].remote > 0;
	}
	return count;
}

static vv_status note_all(vv_repository *r, vv_repository *with, const char *remote,
			  const vv_oid *wants, size_t want_count, uint64_t *count, vv_error *err)
{
	vv_auto(vv_elsewhere) *list = NULL;
	vv_auto(char) *path = file_path(r, "elsewhere");
	size_t known = 0;
	vv_status rc = path ? vv_elsewhere_read(&list, r, err) : vv_fail_nomem(err);
	noting t = {.remote = remote, .list = list};

	if (rc < 0 || (rc = vv_repository_store(r, &t.store, err)) < 0) return rc;
	vv_array_each(wants, want_count, want) {
		known += has_tip(list, want);
	}
	const uint64_t before = count_away(list);
	if (known == want_count ||
	    (rc = vv_new_roots_each(with, wants, want_count, list->tips, list->tip_count, note_root,
				    &t, err)) < 0) {
		return rc;
	}
	*count = count_away(list) - before;
	return write_list(list, wants, want_count, path, err);
}

static int lock_list(vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = file_path(r, "elsewhere.lock");
	const vv_status rc = path ? vv_mkdirs_above(path, err) : vv_fail_nomem(err);

	return rc < 0 ? (int)rc : vv_lock(path, true, LOCK_WAIT_MS, err);
}

vv_status vv_elsewhere_note(vv_repository *r, vv_repository *with, const char *remote,
			    const vv_oid *wants, size_t want_count, uint64_t *count, vv_error *err)
{
	vv_auto(vv_fd) fd = lock_list(r, err);

	*count = 0;
	return fd < 0 ? (vv_status)fd : note_all(r, with, remote, wants, want_count, count, err);
}

static vv_status add_listed(vv_elsewhere *to, const vv_elsewhere *from, size_t i, vv_error *err)
{
	const struct listed *l = &from->listed[i];
	const char *remote = l->remote == 0 ? "" : from->remotes.items[l->remote - 1];

	return add_root(to, &l->root, &l->before, remote, strlen(remote), err);
}

/* Adds the existing entries, except for versions added before: these have another remote now. */
static vv_status add_older(vv_elsewhere *out, const vv_elsewhere *older, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < older->count; i++) {
		rc = add_listed(out, older, i, err);
	}
	memcpy(out->tips, older->tips, older->tip_count * sizeof(*out->tips));
	out->tip_count = older->tip_count;
	return rc;
}

static vv_status add_all(vv_repository *r, const vv_elsewhere_version *versions, size_t count,
			 vv_error *err)
{
	vv_auto(vv_elsewhere) *older = NULL;
	vv_auto(vv_elsewhere) *e = vv_calloc(1, sizeof(*e));
	vv_auto(char) *path = file_path(r, "elsewhere");
	vv_status rc;

	if (!e || !path) return vv_fail_nomem(err);
	if ((rc = vv_elsewhere_read(&older, r, err)) < 0) return rc;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_elsewhere_version *v = &versions[i];
		rc = add_root(e, &v->root, &v->before, v->remote, strlen(v->remote), err);
	}
	return rc == VV_OK && (rc = add_older(e, older, err)) == VV_OK
		       ? write_list(e, NULL, 0, path, err)
		       : rc;
}

vv_status vv_elsewhere_add(vv_repository *r, const vv_elsewhere_version *versions, size_t count,
			   vv_error *err)
{
	vv_auto(vv_fd) fd = lock_list(r, err);

	return fd < 0 ? (vv_status)fd : add_all(r, versions, count, err);
}

/* Is any of these noted as elsewhere? */
static bool lists_any(const vv_elsewhere *e, const vv_cid_set *roots)
{
	return vv_array_find(e->listed, e->count, it,
			     it->remote > 0 && vv_cid_set_has(roots, &it->root)) != NULL;
}

/* Marks complete versions among roots as stored here again. */
static vv_status mark_here(vv_elsewhere *e, const vv_cid_set *roots, vv_store *store, vv_error *err)
{
	vv_cid missing;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < e->count; i++) {
		struct listed *l = &e->listed[i];
		bool here = false;
		if (l->remote > 0 && vv_cid_set_has(roots, &l->root)) {
			rc = vv_store_complete(store, &l->root, &here, &missing, err);
		}
		l->remote = here ? 0 : l->remote;
	}
	return rc;
}

static vv_status remove_all(vv_repository *r, const vv_cid_set *roots, vv_error *err)
{
	vv_auto(vv_elsewhere) *e = NULL;
	vv_auto(char) *path = file_path(r, "elsewhere");
	vv_auto(vv_store) *store = NULL;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	/* A store of its own: r's may have packs open that a drop has removed since. */
	if (rc < 0 || (rc = vv_elsewhere_read(&e, r, err)) < 0 || !lists_any(e, roots) ||
	    (rc = vv_store_open(&store, vv_repository_varvedir(r), false, err)) < 0) {
		return rc;
	}
	return (rc = mark_here(e, roots, store, err)) < 0 ? rc : write_list(e, NULL, 0, path, err);
}

vv_status vv_elsewhere_remove(vv_repository *r, const vv_cid_set *roots, vv_error *err)
{
	vv_auto(vv_elsewhere) *e = NULL;
	const vv_status rc = vv_elsewhere_read(&e, r, err);

	if (rc < 0 || !lists_any(e, roots)) return rc;
	/* A drop lists a version, then removes it: in between it is stored, and must stay listed. */
	vv_auto(vv_fd) drop = vv_drop_lock(r, false, err);
	if (drop < 0) return (vv_status)drop;
	vv_auto(vv_fd) fd = lock_list(r, err);
	return fd < 0 ? (vv_status)fd : remove_all(r, roots, err);
}

int vv_drop_lock(vv_repository *r, bool exclusive, vv_error *err)
{
	vv_auto(char) *path = file_path(r, "drop.lock");
	vv_status rc = path ? vv_mkdirs_above(path, err) : vv_fail_nomem(err);
	int fd = rc < 0 ? (int)rc : vv_lock(path, exclusive, DROP_WAIT_MS, err);

	if (fd == (int)VV_ELOCKED) {
		vv_fail(err, VV_ELOCKED, "%s\ntry again later",
			exclusive
				? "another drop is running in this repository, or another repository is asking which blocks this one has"
				: "another varve process is dropping versions at the moment");
	}
	return fd;
}
