/*
 * expired: how the lists of a tree become one map, when it is read again, and how a list is added.
 */
#include "repo/git/history/expired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/expired_signers.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree.h"

#define FIRST_LINE "varve expired 1\n"
#define LIST_MAX ((uint64_t)1 << 30) /* bytes of one list: some ten million versions */
#define ADD_TRIES 20
#define LEFT_WORDS "but does not count:"

VV_AUTO_FREE(git_treebuilder, git_treebuilder_free)

/* One list. */
typedef struct expired_list {
	vv_expired_note note;
	vv_oid id;
	const char *why; /* it does not count for this reason; NULL: it does */
	bool is_signed;  /* by any key, even one that may not sign lists */
} expired_list;

struct vv_expired {
	git_oid tip; /* the commit whose lists these are; zeros: the ref did not exist */
	vv_expired_signers signers;
	/* each with the number of its list; left: of lists that do not count */
	vv_cid_map roots, left;
	expired_list *lists;
	size_t count, cap;
	vv_arena texts;
	vv_expired *before; /* the earlier lists of the ref, which callers may still use */
};

void vv_expired_close(vv_expired *e)
{
	while (e) {
		vv_expired *before = e->before;

		vv_cid_map_reset(&e->roots);
		vv_cid_map_reset(&e->left);
		vv_expired_signers_clear(&e->signers);
		vv_arena_clear(&e->texts);
		vv_free(e->lists);
		vv_free(e);
		e = before;
	}
}

/* ---- the text of a list ---- */

/* The rest of a line "NAME rest", and moves *at past the line; NULL: another line. */
static const char *rest_of_line(vv_arena *texts, char **at, const char *name)
{
	const size_t len = strlen(name);
	const char *line = vv_text_cut_line(at);

	if (!line || strncmp(line, name, len) != 0 || line[len] != ' ') return NULL;
	return vv_arena_strndup(texts, line + len + 1, strlen(line + len + 1));
}

/* Returns false if the text has another form. */
static bool read_note(vv_expired_note *out, vv_arena *texts, char **at)
{
	char *end;

	if (strncmp(*at, FIRST_LINE, strlen(FIRST_LINE)) != 0) return false;
	*at += strlen(FIRST_LINE);
	const char *time = rest_of_line(texts, at, "time");
	if (!time || time[strspn(time, "0123456789")] || strlen(time) > 12 || !*time) return false;
	out->time = strtoll(time, &end, 10);
	out->by = rest_of_line(texts, at, "by");
	out->policy = out->by ? rest_of_line(texts, at, "policy") : NULL;
	return out->policy && *(*at)++ == '\n';
}

/* An earlier list of the same version stays unless it is of a later time. */
static vv_status add_root(const vv_expired *e, vv_cid_map *to, const vv_cid *root, size_t number,
			  vv_error *err)
{
	bool added;
	uint64_t had;
	vv_status rc = vv_cid_map_put(to, root, number, &added, err);

	if (rc < 0 || added || !vv_cid_map_get(to, root, &had) ||
	    e->lists[had].note.time <= e->lists[number].note.time) {
		return rc;
	}
	return vv_cid_map_set(to, root, number, err);
}

static vv_status add_list(vv_expired *e, const vv_oid *id, const vv_buf *text, vv_error *err)
{
	vv_auto(char) *copy = vv_strndup(vv_buf_cstr(text), text->len);
	expired_list l = {.id = *id};
	char *at = copy;
	vv_cid root;
	vv_status rc;

	if (!copy) return vv_fail_nomem(err);
	if (!read_note(&l.note, &e->texts, &at)) return VV_OK; /* of a newer varve, or none */
	l.why = vv_expired_signers_judge(&e->signers, vv_buf_cstr(text), text->len, l.note.time);
	l.is_signed = vv_expired_is_signed(vv_buf_cstr(text), text->len);
	if (!vv_array_add(e->lists, e->count, e->cap, l)) return vv_fail_nomem(err);
	vv_cid_map *to = l.why ? &e->left : &e->roots;
	for (const char *line; (line = vv_text_cut_line(&at)) != NULL;) {
		if (vv_cid_parse(&root, line, strlen(line), VV_IGNORED) < 0) {
			continue;
		}
		if ((rc = add_root(e, to, &root, e->count - 1, err)) < 0) return rc;
	}
	return VV_OK;
}

/* ---- the ref ---- */

typedef struct reading {
	vv_expired *to;
	vv_repository *repo;
} reading;

static vv_status on_list(void *payload, const vv_tree_entry *entry, vv_error *err)
{
	reading *in = payload;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (vv_mode_is_submodule(entry->mode) || strchr(entry->path, '/')) return VV_OK;
	if ((rc = vv_blob_read(in->repo, &entry->id, LIST_MAX, &text, err)) < 0) return rc;
	return add_list(in->to, &entry->id, &text, err);
}

static void close_expired(vv_repository *r)
{
	vv_expired_close(r->expired);
	r->expired = NULL;
}

vv_status vv_expired_open(vv_expired **out, vv_repository *r, const vv_oid *tip, vv_error *err)
{
	vv_auto(vv_expired) *e = vv_calloc(1, sizeof(*e));

	if (!e) return vv_fail_nomem(err);
	e->tip = *vv_to_git(tip);
	if (!vv_oid_is_null(tip) && vv_expired_signers_read(&e->signers, r, err) < 0) {
		return err->code;
	}
	if (!vv_oid_is_null(tip) && vv_tree_each(r, tip, "", on_list, &(reading){e, r}, err) < 0) {
		return vv_prefix(err, "cannot read '%s'", VV_EXPIRED_REF);
	}
	return vv_hand_over(out, &e);
}

static vv_status read_expired(vv_repository *r, vv_error *err)
{
	git_oid tip = {{0}};

	if (git_reference_name_to_id(&tip, r->git, VV_EXPIRED_REF) < 0) {
		memset(&tip, 0, sizeof(tip)); /* there is none */
	}
	if (r->expired && git_oid_equal(&r->expired->tip, &tip) &&
	    (git_oid_is_zero(&tip) || vv_expired_signers_are_new(&r->expired->signers, r))) {
		return VV_OK;
	}
	vv_auto(vv_expired) *e = NULL;
	const vv_status rc = vv_expired_open(&e, r, vv_from_git(&tip), err);
	if (rc < 0) return rc;
	e->before = r->expired;
	r->expired = vv_take(&e);
	r->close_expired = close_expired;
	return VV_OK;
}

vv_status vv_expired_read(const vv_expired **out, vv_repository *r, vv_error *err)
{
	const vv_status rc = read_expired(r, err);

	*out = r->expired;
	return rc;
}

bool vv_expired_has(const vv_expired *e, const vv_cid *root)
{
	uint64_t note;

	return e && vv_cid_map_get(&e->roots, root, &note);
}

vv_status vv_expired_find(bool *is, vv_expired_note *out, vv_repository *r, const vv_cid *root,
			  vv_error *err)
{
	uint64_t note;
	const vv_status rc = read_expired(r, err);

	*is = rc == VV_OK && vv_cid_map_get(&r->expired->roots, root, &note);
	if (*is && out) {
		*out = r->expired->lists[note].note;
	}
	return rc;
}

/* Only lists that do not count name the version. */
static void explain_left(const vv_expired *e, const vv_cid *root, vv_error *err)
{
	const size_t len = strlen(err->message);
	uint64_t number;

	if (!e || !vv_cid_map_get(&e->left, root, &number) || strstr(err->message, LEFT_WORDS)) {
		return;
	}
	const expired_list *l = &e->lists[number];
	(void)snprintf(err->message + len, sizeof(err->message) - len,
		       "; a list by %s names it as expired, " LEFT_WORDS " %s",
		       vv_text_shows(l->note.by), l->why);
}

void vv_expired_explain(vv_repository *r, const vv_cid *root, vv_error *err)
{
	vv_expired_note note;
	bool is;

	if (vv_expired_find(&is, &note, r, root, VV_IGNORED) < 0) return;
	if (!is) {
		explain_left(r->expired, root, err);
		return;
	}
	if (note.policy[0]) {
		(void)vv_fail(err, VV_EBLOCK, "its rows expired on %.10s by the policy of %s (%s)",
			      vv_text_zoned(note.time, 0), vv_text_shows(note.by),
			      vv_text_shows(note.policy));
	} else {
		(void)vv_fail(err, VV_EBLOCK, "its rows expired on %.10s by the policy of %s",
			      vv_text_zoned(note.time, 0), vv_text_shows(note.by));
	}
	err->gap = VV_GAP_EXPIRED;
}

/* ---- lists that do not count ---- */

vv_status vv_expired_left_each(const vv_expired *e, vv_expired_left_fn fn, void *payload,
			       vv_error *err)
{
	vv_auto_free uint64_t *versions = e ? vv_calloc(e->count + 1, sizeof(*versions)) : NULL;
	vv_status rc = VV_OK;
	uint64_t number;

	if (!e) return VV_OK;
	if (!versions) return vv_fail_nomem(err);
	for (size_t i = 0; i < vv_cid_map_count(&e->left); i++) {
		const vv_cid *root = vv_cid_map_cid(&e->left, i);

		if (!vv_expired_has(e, root) && vv_cid_map_get(&e->left, root, &number)) {
			versions[number]++;
		}
	}
	for (size_t i = 0; rc == VV_OK && i < e->count; i++) {
		const expired_list *l = &e->lists[i];
		const vv_expired_left left = {l->id, &l->note, l->why, versions[i]};

		rc = versions[i] > 0 ? fn(payload, &left, err) : VV_OK;
	}
	return rc;
}

void vv_expired_left_put(vv_buf *out, const vv_expired_left *l)
{
	vv_buf_printf(out, "the list %.8s by %s, of %s, does not count: %s", vv_oid_shows(&l->id),
		      vv_text_shows(l->note->by),
		      vv_text_counted(l->versions, "expired version", NULL), l->why);
}

uint64_t vv_expired_lacks(const vv_expired *e, const vv_expired *other)
{
	uint64_t count = 0;

	for (size_t i = 0; other && i < vv_cid_map_count(&other->roots); i++) {
		count += !vv_expired_has(e, vv_cid_map_cid(&other->roots, i));
	}
	return count;
}

/* ---- lists beside signed versions ---- */

static char *signed_file(const vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "expired-signed", (char *)NULL);
}

bool vv_expired_get_signed(vv_oid *tip, vv_repository *r)
{
	vv_auto(char) *file = signed_file(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_commit) c = {0};

	return file && vv_read_file(&text, file, 2 * VV_OID_TEXT, VV_IGNORED) == VV_OK &&
	       text.len == VV_OID_TEXT + 1 && vv_oid_parse(tip, text.data, VV_OID_TEXT) &&
	       vv_commit_read(r, tip, &c, VV_IGNORED) == VV_OK;
}

vv_status vv_expired_set_signed(vv_repository *r, const vv_oid *tip, vv_error *err)
{
	vv_auto(char) *file = signed_file(r);
	vv_auto(vv_commit) c = {0};
	char text[VV_OID_TEXT + 2];
	bool below = false;
	vv_oid now;

	if (vv_commit_read(r, tip, &c, VV_IGNORED) < 0) return VV_OK;
	if (vv_expired_get_signed(&now, r) &&
	    (vv_is_ancestor(r, tip, &now, &below, err) < 0 || below)) {
		return below ? VV_OK : err->code;
	}
	vv_oid_text(text, tip);
	text[VV_OID_TEXT] = '\n';
	return file ? vv_write_file(file, text, VV_OID_TEXT + 1, true, err) : vv_fail_nomem(err);
}

/* Where heads are trusted, lists that are added here are signed. */
static vv_status serve_lists(vv_repository *r, vv_error *err)
{
	vv_auto(vv_expired_signers) s = {.set = 0};
	vv_auto(vv_ref) ref = {0};
	vv_status rc = vv_expired_signers_read(&s, r, err);

	if (rc < 0 || !s.trust.known) return rc;
	rc = vv_ref_get(r, VV_EXPIRED_REF, &ref, err);
	return rc < 0 ? vv_missing_ok(rc, err) : vv_expired_set_signed(r, &ref.id, err);
}

/* ---- adding a list ---- */

static int by_text(const void *a, const void *b)
{
	char left[VV_CID_TEXT + 1], right[VV_CID_TEXT + 1];

	vv_cid_text(left, a);
	vv_cid_text(right, b);
	return strcmp(left, right);
}

/* Appends those of the roots that no list names yet. */
static vv_status find_new(vv_cids *out, const vv_expired *had, const vv_cid *roots, size_t count,
			  vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		if (!vv_expired_has(had, &roots[i]) &&
		    (rc = vv_cids_add(out, &roots[i], err)) < 0) {
			return rc;
		}
	}
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), by_text);
	}
	return VV_OK;
}

static vv_status stage_list(vv_oid *out, vv_repository *r, const vv_expired_note *note,
			    const vv_cids *roots, const vv_expired_signing *how, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&text, FIRST_LINE "time %lld\nby ", (long long)note->time);
	for (const char *at = note->by; *at; at++) {
		vv_buf_putc(&text, (unsigned char)*at < ' ' ? ' ' : *at);
	}
	vv_buf_printf(&text, "\npolicy %s\n\n", note->policy);
	for (size_t i = 0; i < roots->count; i++) {
		if (i == 0 || !vv_cid_equal(&roots->items[i], &roots->items[i - 1])) {
			vv_buf_printf(&text, "%s\n", vv_cid_shows(&roots->items[i]));
		}
	}
	if ((rc = vv_buf_ok(&text, err)) < 0 || (rc = how->sign(how->payload, &text, err)) < 0 ||
	    (rc = vv_buf_ok(&text, err)) < 0) {
		return rc;
	}
	return vv_blob_write(r, text.data, text.len, out, err);
}

/* The tree of the ref as last read, NULL if the ref does not exist, and these lists. */
static vv_status stage_tree(vv_oid *out, vv_repository *r, const vv_oids *lists, vv_error *err)
{
	vv_auto(git_commit) *commit = NULL;
	vv_auto(git_tree) *tree = NULL;
	vv_auto(git_treebuilder) *builder = NULL;
	git_repository *to;
	vv_status rc = vv_quarantine_repository(r, &to, err);
	int code = 0;

	if (rc < 0) return rc;
	if (!git_oid_is_zero(&r->expired->tip)) {
		code = git_commit_lookup(&commit, r->git, &r->expired->tip);
		code = code < 0 ? code : git_commit_tree(&tree, commit);
	}
	code = code < 0 ? code : git_treebuilder_new(&builder, to, tree);
	for (size_t i = 0; code == 0 && i < lists->count; i++) {
		const vv_oid *list = &lists->items[i];

		code = git_treebuilder_insert(NULL, builder, vv_oid_shows(list), vv_to_git(list),
					      GIT_FILEMODE_BLOB);
	}
	if (code < 0 || (code = git_treebuilder_write(vv_to_git_out(out), builder)) < 0) {
		return vv_git_fail(err, code, "cannot add a list to '%s'", VV_EXPIRED_REF);
	}
	return VV_OK;
}

/* VV_ECONFLICT: the ref moved meanwhile. */
static vv_status commit_lists(vv_repository *r, const vv_oids *lists, vv_error *err)
{
	const vv_oid old = *vv_from_git(&r->expired->tip);
	vv_oid tree, commit;
	vv_status rc = stage_tree(&tree, r, lists, err);

	const vv_commit_options made = {.message = "Add a list of expired versions",
					.tree = &tree,
					.parents = &old,
					.parent_count = !vv_oid_is_null(&old),
					.no_sign = true};
	if (rc < 0 || (rc = vv_commit_write(r, &made, &commit, err)) < 0) return rc;
	const vv_ref_change change = {.name = VV_EXPIRED_REF, .id = &commit, .old = &old};
	return vv_refs_update(r, &change, 1, NULL, err);
}

static vv_status try_add_list(vv_repository *r, const vv_expired_note *note, const vv_cid *roots,
			      size_t count, const vv_expired_signing *how, vv_error *err)
{
	vv_auto(vv_cids) new = {0};
	vv_oid list;
	vv_status rc;

	if ((rc = read_expired(r, err)) < 0 ||
	    (rc = find_new(&new, r->expired, roots, count, err)) < 0 || new.count == 0 ||
	    (rc = stage_list(&list, r, note, &new, how, err)) < 0) {
		return rc;
	}
	return commit_lists(r, &(vv_oids){.items = &list, .count = 1}, err);
}

vv_status vv_expired_add(vv_repository *r, const vv_expired_note *note, const vv_cid *roots,
			 size_t count, const vv_expired_signing *how, vv_error *err)
{
	vv_status rc = VV_ECONFLICT;

	for (int i = 0; i < ADD_TRIES && rc == VV_ECONFLICT; i++) {
		rc = try_add_list(r, note, roots, count, how, err);
	}
	return rc < 0 ? rc : serve_lists(r, err);
}

/* Those versions of the list that have no blocks here, and that no list that counts names. A list may be of a
 * stranger: stored versions have not expired. */
static vv_status find_absent(vv_cids *out, vv_repository *r, size_t number, vv_store *store,
			     vv_error *err)
{
	const vv_expired *e = r->expired;
	vv_status rc = VV_OK;
	uint64_t of;

	for (size_t i = 0; rc == VV_OK && i < vv_cid_map_count(&e->left); i++) {
		const vv_cid *root = vv_cid_map_cid(&e->left, i);

		if (vv_cid_map_get(&e->left, root, &of) && of == number &&
		    !vv_expired_has(e, root) && !vv_store_has(store, root)) {
			rc = vv_cids_add(out, root, err);
		}
	}
	if (rc == VV_OK && out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), by_text);
	}
	return rc;
}

static vv_status sign_absent(vv_oids *lists, vv_repository *r, const vv_expired_signing *how,
			     vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(r, &store, err);

	for (size_t i = 0; rc == VV_OK && i < r->expired->count; i++) {
		const expired_list *l = &r->expired->lists[i];
		vv_auto(vv_cids) roots = {0};
		vv_oid list;

		if (!l->why || l->is_signed) {
			continue;
		}
		if ((rc = find_absent(&roots, r, i, store, err)) == VV_OK && roots.count > 0 &&
		    (rc = stage_list(&list, r, &l->note, &roots, how, err)) == VV_OK) {
			rc = vv_oids_add(lists, &list, err);
		}
	}
	return rc;
}

vv_status vv_expired_sign_all(vv_repository *r, const vv_expired_signing *how, vv_error *err)
{
	vv_status rc = VV_ECONFLICT;

	for (int i = 0; i < ADD_TRIES && rc == VV_ECONFLICT; i++) {
		vv_auto(vv_oids) lists = {0};

		rc = read_expired(r, err);
		rc = rc < 0 ? rc : sign_absent(&lists, r, how, err);
		rc = rc < 0 || lists.count == 0 ? rc : commit_lists(r, &lists, err);
	}
	return rc < 0 ? rc : serve_lists(r, err);
}
