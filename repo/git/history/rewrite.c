/*
 * rewrite: reads and writes the bytes of trees, commits and tags, and remembers what each became.
 */
#include "repo/git/history/rewrite.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree_internal.h"

#define FOLDERS_DEPTH_MAX 1024u
#define TAGS_DEPTH_MAX 64u
#define ABBREVIATED_MIN 7u

/* The rewritten version of a folder. */
typedef struct done_tree {
	const char *path;
	git_oid old, now;
} done_tree;

struct vv_rewrite {
	vv_repository *repo;
	vv_rewrite_fn fn;
	vv_rewrite_text_fn text_fn; /* NULL: texts stay */
	void *payload;
	vv_arena paths;
	done_tree *trees;
	size_t tree_count, tree_cap;
	vv_hash_index tree_index;
	vv_rewritten *changed;
	size_t changed_count, changed_cap;
	vv_hash_index changed_index;          /* by the old id */
	size_t unsigned_count, unsigned_tags; /* the tags are counted in both */
	git_oid empty_tree;
	bool dry;
};

static vv_status hash_object(git_oid *out, git_object_t type, const void *bytes, size_t len,
			     vv_error *err)
{
	int code = git_odb_hash(out, bytes, len, type);

	return code < 0 ? vv_git_fail(err, code, "cannot hash an object") : VV_OK;
}

/* Stages the object; dry: works out its id alone. */
static vv_status write_object(const vv_rewrite *w, git_object_t type, const vv_buf *text,
			      git_oid *out, vv_error *err)
{
	const vv_status rc = vv_buf_ok(text, err);

	if (rc < 0) return rc;
	if (w->dry) return hash_object(out, type, vv_buf_cstr(text), text->len, err);
	return vv_quarantine_write(w->repo, type, vv_buf_cstr(text), text->len, out, err);
}

vv_status vv_rewrite_open(vv_rewrite **out, vv_repository *r, bool dry, vv_rewrite_fn fn,
			  void *payload, vv_error *err)
{
	vv_rewrite *w = vv_calloc(1, sizeof(*w));

	*out = w;
	if (!w) return vv_fail_nomem(err);
	*w = (vv_rewrite){.repo = r, .dry = dry, .fn = fn, .payload = payload};
	return hash_object(&w->empty_tree, GIT_OBJECT_TREE, "", 0, err);
}

void vv_rewrite_texts(vv_rewrite *w, vv_rewrite_text_fn fn)
{
	w->text_fn = fn;
}

void vv_rewrite_close(vv_rewrite *w)
{
	if (!w) return;
	vv_hash_index_clear(&w->tree_index);
	vv_hash_index_clear(&w->changed_index);
	vv_free_all(w->trees, w->changed);
	vv_arena_clear(&w->paths);
	vv_free(w);
}

const vv_rewritten *vv_rewrite_changed(const vv_rewrite *w, size_t *count)
{
	*count = w->changed_count;
	return w->changed;
}

size_t vv_rewrite_unsigned(const vv_rewrite *w)
{
	return w->unsigned_count;
}

size_t vv_rewrite_unsigned_tags(const vv_rewrite *w)
{
	return w->unsigned_tags;
}

/* --- folders ------------------------------------------------------------------- */

vv_folder_entry *vv_folder_edit_find(const vv_folder_edit *f, const char *name)
{
	return vv_array_find(f->entries, f->count, entry,
			     entry->mode && strcmp(entry->name, name) == 0);
}

static vv_status append_entry(vv_folder_edit *f, const char *name, size_t len, uint32_t mode,
			      const vv_oid *id, vv_error *err)
{
	char *copy = vv_arena_strndup(&f->arena, name, len);

	return copy && vv_array_add(f->entries, f->count, f->cap,
				    (vv_folder_entry){.name = copy, .mode = mode, .id = *id})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_folder_edit_put(vv_folder_edit *f, const char *name, uint32_t mode, const vv_oid *id,
			     vv_error *err)
{
	vv_folder_entry *e = vv_folder_edit_find(f, name);

	if (e && e->mode == mode && vv_oid_equal(&e->id, id)) return VV_OK;
	f->changed = true;
	if (!e) return append_entry(f, name, strlen(name), mode, id, err);
	e->mode = mode;
	e->id = *id;
	return VV_OK;
}

void vv_folder_edit_remove(vv_folder_edit *f, vv_folder_entry *e)
{
	e->mode = 0;
	f->changed = true;
}

static void folder_clear(vv_folder_edit *f)
{
	vv_free(f->entries);
	vv_arena_clear(&f->arena);
}

static uint64_t tree_hash(const char *path, const git_oid *id)
{
	return vv_xxh3(path, strlen(path), vv_hash_seed()) ^
	       vv_xxh3(id->id, GIT_OID_RAWSZ, vv_hash_seed());
}

static const done_tree *find_tree(const vv_rewrite *w, const char *path, const git_oid *id)
{
	return vv_hash_find(w->trees, &w->tree_index, tree_hash(path, id), t,
			    git_oid_equal(&t->old, id) && strcmp(t->path, path) == 0);
}

static vv_status keep_tree(vv_rewrite *w, const char *path, const git_oid *old, const git_oid *now,
			   vv_error *err)
{
	char *copy = vv_arena_strndup(&w->paths, path, strlen(path));

	return copy && vv_hash_add(w->trees, w->tree_count, w->tree_cap, &w->tree_index,
				   tree_hash(path, old), (done_tree){copy, *old, *now})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* As Git sorts names: a folder's ends in '/'. */
static int by_name(const void *a, const void *b)
{
	const vv_folder_entry *x = a, *y = b;
	size_t x_len = strlen(x->name), y_len = strlen(y->name);
	size_t len = x_len < y_len ? x_len : y_len;
	int order = memcmp(x->name, y->name, len);

	if (order != 0) return order;
	unsigned char x_end = 0;

	if (x_len > len) {
		x_end = (unsigned char)x->name[len];
	} else if (vv_mode_is_tree(x->mode)) {
		x_end = '/';
	}
	unsigned char y_end = 0;

	if (y_len > len) {
		y_end = (unsigned char)y->name[len];
	} else if (vv_mode_is_tree(y->mode)) {
		y_end = '/';
	}
	return x_end - y_end;
}

static vv_status write_tree(vv_rewrite *w, vv_folder_edit *f, git_oid *out, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	qsort(f->entries, f->count, sizeof(*f->entries), by_name);
	vv_array_each(f->entries, f->count, e) {
		if (e->mode) {
			vv_buf_printf(&text, "%o %s", (unsigned)e->mode, e->name);
			vv_buf_putc(&text, '\0');
			vv_buf_put(&text, e->id.id, sizeof(e->id.id));
		}
	}
	return write_object(w, GIT_OBJECT_TREE, &text, out, err);
}

static vv_status edit_tree(vv_rewrite *w, const git_oid *old, const char *path, unsigned depth,
			   git_oid *out, vv_error *err);

static vv_status append_old(vv_folder_edit *f, const vv_tree_cursor *c, vv_error *err)
{
	const vv_oid *id = vv_from_git(&c->id);
	const vv_status rc = append_entry(f, c->name, c->name_len, c->mode, id, err);

	if (rc == VV_OK) {
		f->entries[f->count - 1].old = *id;
	}
	return rc;
}

/* Takes one original entry; a folder is edited first. */
static vv_status take_entry(vv_rewrite *w, vv_folder_edit *f, const vv_tree_cursor *c,
			    unsigned depth, vv_error *err)
{
	vv_auto(vv_buf) below = VV_BUF_INIT;
	git_oid now;
	vv_status rc;

	if ((rc = append_old(f, c, err)) < 0) return rc;
	if (!vv_mode_is_tree(c->mode)) return VV_OK;
	vv_buf_puts(&below, f->path);
	vv_buf_put(&below, c->name, c->name_len);
	vv_buf_putc(&below, '/');
	if ((rc = vv_buf_ok(&below, err)) < 0 ||
	    (rc = edit_tree(w, &c->id, vv_buf_cstr(&below), depth + 1, &now, err)) < 0) {
		return rc;
	}
	if (!git_oid_equal(&now, &c->id)) {
		vv_folder_entry *e = &f->entries[f->count - 1];

		f->changed = true;
		e->id = *vv_from_git(&now);
		e->mode = git_oid_equal(&now, &w->empty_tree) ? 0 : e->mode;
	}
	return VV_OK;
}

static vv_status edit_folder(vv_rewrite *w, const git_oid *old, vv_folder_edit *f, unsigned depth,
			     vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_tree_cursor c;
	vv_status rc = vv_object_read(w->repo, old, GIT_OBJECT_TREE, VV_TREE_BYTES_MAX, &object,
				      err);

	if (rc < 0 || (rc = vv_tree_cursor_init(&c, object, err)) < 0) return rc;
	while (c.valid) {
		if ((rc = take_entry(w, f, &c, depth, err)) < 0 ||
		    (rc = vv_tree_cursor_next(&c, err)) < 0) {
			return rc;
		}
	}
	return w->fn(w->payload, f, err);
}

static vv_status edit_tree(vv_rewrite *w, const git_oid *old, const char *path, unsigned depth,
			   git_oid *out, vv_error *err)
{
	const done_tree *done = find_tree(w, path, old);
	vv_folder_edit f = {.path = path, .w = w};
	vv_status rc;

	if (done) {
		*out = done->now;
		return VV_OK;
	}
	if (depth > FOLDERS_DEPTH_MAX) {
		return vv_fail(err, VV_EREFUSED, "folders are nested more than %u deep",
			       FOLDERS_DEPTH_MAX);
	}
	*out = *old;
	if ((rc = edit_folder(w, old, &f, depth, err)) == VV_OK && f.changed) {
		rc = write_tree(w, &f, out, err);
	}
	folder_clear(&f);
	return rc < 0 ? rc : keep_tree(w, path, old, out, err);
}

/* All that is directly in a tree, without an edit. */
static vv_status read_entries(vv_folder_edit *f, const vv_oid *tree, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_tree_cursor c;
	vv_status rc = vv_object_read(f->w->repo, vv_to_git(tree), GIT_OBJECT_TREE,
				      VV_TREE_BYTES_MAX, &object, err);

	if (rc < 0 || (rc = vv_tree_cursor_init(&c, object, err)) < 0) return rc;
	while (c.valid) {
		if ((rc = append_old(f, &c, err)) < 0 || (rc = vv_tree_cursor_next(&c, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_folder_edit_below(vv_folder_edit *out, vv_folder_edit *f, const char *name,
			       vv_error *err)
{
	const vv_folder_entry *e = vv_folder_edit_find(f, name);
	vv_auto(vv_buf) path = VV_BUF_INIT;

	*out = (vv_folder_edit){.path = "", .w = f->w};
	vv_buf_printf(&path, "%s%s/", f->path, name);
	if (path.failed || !(out->path = vv_arena_strndup(&out->arena, path.data, path.len))) {
		return vv_fail_nomem(err);
	}
	if (e && !vv_mode_is_tree(e->mode)) {
		return vv_fail(err, VV_EEXISTS, "'%s%s' is a file, not a folder",
			       vv_text_shows(f->path), vv_text_shows(name));
	}
	/* In a dry run new trees are not written. */
	if (!e || (f->w->dry && vv_oid_is_null(&e->old))) return VV_OK;
	return read_entries(out, f->w->dry ? &e->old : &e->id, err);
}

vv_status vv_folder_edit_end(vv_folder_edit *below, vv_folder_edit *f, vv_status rc, vv_error *err)
{
	git_oid tree;

	if (rc == VV_OK && below->changed && (rc = write_tree(f->w, below, &tree, err)) == VV_OK) {
		const char *name = below->path + strlen(f->path);
		vv_auto(char) *copy = vv_strndup(name, strlen(name) - 1);

		rc = copy ? vv_folder_edit_put(f, copy, 040000, vv_from_git(&tree), err)
			  : vv_fail_nomem(err);
	}
	folder_clear(below);
	return rc;
}

/* --- commits and tags ----------------------------------------------------------- */

static const vv_rewritten *find_changed(const vv_rewrite *w, const uint8_t id[GIT_OID_RAWSZ])
{
	return vv_hash_find(w->changed, &w->changed_index,
			    vv_xxh3(id, GIT_OID_RAWSZ, vv_hash_seed()), c,
			    memcmp(c->old.id, id, GIT_OID_RAWSZ) == 0);
}

const vv_oid *vv_rewrite_new_id(const vv_rewrite *w, const vv_oid *old)
{
	const vv_rewritten *found = find_changed(w, old->id);

	return found ? &found->now : old;
}

static vv_status keep_changed(vv_rewrite *w, const git_oid *old, const git_oid *now, vv_error *err)
{
	return find_changed(w, old->id) ||
			       vv_hash_add(w->changed, w->changed_count, w->changed_cap,
					   &w->changed_index,
					   vv_xxh3(old->id, GIT_OID_RAWSZ, vv_hash_seed()),
					   (vv_rewritten){.old = *vv_from_git(old),
							  .now = *vv_from_git(now)})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

/* The new id of the commit that these digits mean; NULL: it keeps its id, or is none. */
static const vv_rewritten *named_commit(const vv_rewrite *w, const char *digits, size_t len)
{
	git_oid part, full;

	if (len < ABBREVIATED_MIN || len > GIT_OID_HEXSZ ||
	    git_oid_fromstrn(&part, digits, len) < 0 ||
	    git_odb_exists_prefix(&full, w->repo->odb, &part, len) < 0) {
		return NULL;
	}
	return find_changed(w, full.id);
}

/* Appends a message, replacing ids of rewritten commits by the new ones, in the same length. */
static void put_message(const vv_rewrite *w, vv_buf *out, const char *p, const char *end)
{
	while (p < end) {
		const char *start = p;

		while (p < end && is_hex(*p)) {
			p++;
		}
		if (p > start && (p == end || !is_word(*p))) {
			const vv_rewritten *to = named_commit(w, start, (size_t)(p - start));

			if (to) {
				vv_buf_put(out, vv_oid_shows(&to->now), (size_t)(p - start));
				start = p;
			}
		}
		while (p < end && is_word(*p)) {
			p++;
		}
		p += p < end;
		vv_buf_put(out, start, (size_t)(p - start));
	}
}

static bool begins_with(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && memcmp(p, word, len) == 0;
}

/* After this header, and the lines that continue it. */
static const char *after_header(const char *p, const char *end)
{
	do {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		p = eol ? eol + 1 : end;
	} while (p < end && *p == ' ');
	return p;
}

/* "parent ID": with its new id. */
static vv_status put_parent(vv_rewrite *w, vv_buf *out, const char *p, const char *next,
			    bool *changed, vv_error *err)
{
	const vv_rewritten *to;
	git_oid id;

	if ((size_t)(next - p) != strlen("parent \n") + GIT_OID_HEXSZ ||
	    git_oid_fromstrn(&id, p + strlen("parent "), GIT_OID_HEXSZ) < 0) {
		return vv_fail(err, VV_ECORRUPT,
			       "the commit is damaged: expected the id of its "
			       "parent");
	}
	if ((to = find_changed(w, id.id))) {
		*changed = true;
		vv_buf_printf(out, "parent %s\n", vv_oid_shows(&to->now));
	} else {
		vv_buf_put(out, p, (size_t)(next - p));
	}
	return VV_OK;
}

static vv_status put_text(const vv_rewrite *w, vv_buf *out, const char *text, size_t len,
			  bool *changed, vv_error *err)
{
	if (w->text_fn) return w->text_fn(w->payload, text, len, out, changed, err);
	vv_buf_put(out, text, len);
	return VV_OK;
}

/* "NAME <EMAIL" in "author NAME <EMAIL> TIME ZONE", also of "committer" and "tagger"; the name in "tag NAME". */
static void find_person(const char **name, const char **end, const char *p, const char *next)
{
	*name = p + 1;
	*end = next - 1;
	while (*name < *end && (*name)[-1] != ' ') {
		(*name)++;
	}
	while (!begins_with(p, next, "tag ") && *end > *name && **end != '>') {
		(*end)--;
	}
}

static vv_status put_person(const vv_rewrite *w, vv_buf *out, const char *p, const char *next,
			    bool *changed, vv_error *err)
{
	const char *name, *end;

	find_person(&name, &end, p, next);
	vv_buf_put(out, p, (size_t)(name - p));
	const vv_status rc = put_text(w, out, name, (size_t)(end - name), changed, err);
	vv_buf_put(out, end, (size_t)(next - end));
	return rc;
}

static bool is_person(const char *p, const char *end)
{
	return begins_with(p, end, "author ") || begins_with(p, end, "committer ") ||
	       begins_with(p, end, "tagger ") || begins_with(p, end, "tag ");
}

/* The message, with the new ids of commits. */
static vv_status put_new_message(const vv_rewrite *w, vv_buf *out, const char *p, const char *end,
				 bool *changed, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (!w->text_fn) {
		put_message(w, out, p, end);
		return VV_OK;
	}
	put_message(w, &text, p, end);
	const vv_status rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : put_text(w, out, vv_buf_cstr(&text), text.len, changed, err);
}

/* Name, tagger and message of a tag with this text. */
static void put_tag_words(vv_buf *out, const char *p, const char *end)
{
	const char *name, *stop;

	while (p < end && *p != '\n') {
		const char *next = after_header(p, end);

		if (is_person(p, end)) {
			find_person(&name, &stop, p, next);
			vv_buf_put(out, name, (size_t)(stop - name));
			vv_buf_putc(out, '\n');
		}
		p = next;
	}
	vv_buf_put(out, p, (size_t)(end - p));
	vv_buf_putc(out, '\n');
}

/* The same of the tag in the header "mergetag" from p to next, whose lines have a blank before them. */
static vv_status put_quoted_words(vv_buf *out, const char *p, const char *next, vv_error *err)
{
	vv_auto(vv_buf) tag = VV_BUF_INIT;

	for (p += strlen("mergetag "); p < next; p += p < next && *p == ' ') {
		const char *eol = memchr(p, '\n', (size_t)(next - p));
		const char *line = p;

		p = eol ? eol + 1 : next;
		vv_buf_put(&tag, line, (size_t)(p - line));
	}
	put_tag_words(out, vv_buf_cstr(&tag), vv_buf_cstr(&tag) + tag.len);
	return vv_buf_ok(&tag, err);
}

/* Sets *changed to true if the quoted tag has a text that changes: then it is left out. */
static vv_status check_quoted(const vv_rewrite *w, const char *p, const char *next, bool *changed,
			      vv_error *err)
{
	vv_auto(vv_buf) words = VV_BUF_INIT, unused = VV_BUF_INIT;
	vv_status rc;

	if (!w->text_fn) return VV_OK;
	if ((rc = put_quoted_words(&words, p, next, err)) < 0 ||
	    (rc = vv_buf_ok(&words, err)) < 0) {
		return rc;
	}
	return put_text(w, &unused, vv_buf_cstr(&words), words.len, changed, err);
}

/* The headers after "tree". Signatures of the old commit, and quoted tags of the old history, are left out. */
static vv_status put_headers(vv_rewrite *w, vv_buf *out, const char **at, const char *end,
			     bool *changed, bool *was_signed, vv_error *err)
{
	const char *p = *at;
	vv_status rc = VV_OK;

	while (rc == VV_OK && p < end && *p != '\n') {
		const char *next = after_header(p, end);

		if (begins_with(p, end, "parent ")) {
			rc = put_parent(w, out, p, next, changed, err);
		} else if (begins_with(p, end, "gpgsig ") ||
			   begins_with(p, end, "gpgsig-sha256 ")) {
			*was_signed = true;
		} else if (begins_with(p, end, "mergetag ")) {
			*was_signed = true;
			rc = check_quoted(w, p, next, changed, err);
		} else if (is_person(p, end)) {
			rc = put_person(w, out, p, next, changed, err);
		} else {
			vv_buf_put(out, p, (size_t)(next - p));
		}
		p = next;
	}
	*at = p;
	return rc;
}

static vv_status rewrite_text(vv_rewrite *w, const git_oid *old, const char *p, size_t len,
			      git_oid *out, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *end = p + len;
	git_oid tree, now;
	bool was_signed = false;
	vv_status rc;

	*out = *old;
	if (!begins_with(p, end, "tree ") || len < strlen("tree \n") + GIT_OID_HEXSZ ||
	    git_oid_fromstrn(&tree, p + strlen("tree "), GIT_OID_HEXSZ) < 0) {
		return vv_fail(err, VV_ECORRUPT,
			       "the commit is damaged: expected the id of its "
			       "tree");
	}
	p += strlen("tree \n") + GIT_OID_HEXSZ;
	if ((rc = edit_tree(w, &tree, "", 0, &now, err)) < 0) return rc;
	bool changed = !git_oid_equal(&tree, &now);
	vv_buf_printf(&text, "tree %s\n", vv_git_shows(&now));
	if ((rc = put_headers(w, &text, &p, end, &changed, &was_signed, err)) < 0 ||
	    (!changed && !w->text_fn) ||
	    (rc = put_new_message(w, &text, p, end, &changed, err)) < 0 || !changed) {
		return rc;
	}
	w->unsigned_count += was_signed;
	if ((rc = write_object(w, GIT_OBJECT_COMMIT, &text, out, err)) < 0) return rc;
	return keep_changed(w, old, out, err);
}

vv_status vv_rewrite_commit(vv_rewrite *w, const vv_oid *commit, vv_oid *out, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	const git_oid *old = vv_to_git(commit);
	vv_status rc = vv_object_read(w->repo, old, GIT_OBJECT_COMMIT, VV_COMMIT_BYTES_MAX, &object,
				      err);

	if (rc < 0) return rc;
	rc = rewrite_text(w, old, git_odb_object_data(object), git_odb_object_size(object),
			  vv_to_git_out(out), err);
	return rc < 0 ? vv_prefix(err, "commit %.12s", vv_oid_shows(commit)) : VV_OK;
}

/* Where the signature at the end of a tag's message begins; end: it has none. */
static const char *signature_of(const char *p, const char *end)
{
	static const char *const starts[] = {
		"-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----",
		"-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----"};

	for (const char *line = p; line < end;) {
		const char *eol = memchr(line, '\n', (size_t)(end - line));

		if (vv_array_find(starts, sizeof(starts) / sizeof(*starts), it,
				  begins_with(line, end, *it))) {
			return line;
		}
		line = eol ? eol + 1 : end;
	}
	return end;
}

static vv_status rewrite_any(vv_rewrite *w, const git_oid *id, unsigned depth, git_oid *out,
			     vv_error *err);

static vv_status rewrite_tag(vv_rewrite *w, const git_oid *old, unsigned depth, git_oid *out,
			     vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	git_oid target, now;
	const char *message;
	vv_status rc;

	*out = *old;
	if ((rc = vv_tag_target(w->repo, old, &target, err)) < 0 ||
	    (rc = rewrite_any(w, &target, depth + 1, &now, err)) < 0) {
		return rc;
	}
	bool changed = !git_oid_equal(&target, &now);
	if (!changed && !w->text_fn) return VV_OK;
	if ((rc = vv_object_read(w->repo, old, GIT_OBJECT_TAG, VV_TAG_BYTES_MAX, &object, err)) <
	    0) {
		return rc;
	}
	const char *p = git_odb_object_data(object);
	const char *end = p + git_odb_object_size(object);
	vv_buf_printf(&text, "object %s\n", vv_git_shows(&now));
	for (message = after_header(p, end); message < end && *message != '\n'; message = p) {
		p = after_header(message, end);
		if (!is_person(message, end)) {
			vv_buf_put(&text, message, (size_t)(p - message));
		} else if ((rc = put_person(w, &text, message, p, &changed, err)) < 0) {
			return rc;
		}
	}
	const char *signature = signature_of(message, end);
	if ((rc = put_new_message(w, &text, message, signature, &changed, err)) < 0 || !changed) {
		return rc;
	}
	w->unsigned_count += signature < end;
	w->unsigned_tags += signature < end;
	if ((rc = write_object(w, GIT_OBJECT_TAG, &text, out, err)) < 0) return rc;
	return keep_changed(w, old, out, err);
}

static vv_status rewrite_any(vv_rewrite *w, const git_oid *id, unsigned depth, git_oid *out,
			     vv_error *err)
{
	const vv_rewritten *done = find_changed(w, id->id);
	git_object_t type;
	uint64_t size;
	vv_status rc;

	*out = *id;
	if (done) {
		*out = *vv_to_git(&done->now);
		return VV_OK;
	}
	if (depth > TAGS_DEPTH_MAX) {
		return vv_fail(err, VV_EREFUSED, "tags are nested more than %u deep",
			       TAGS_DEPTH_MAX);
	}
	if ((rc = vv_object_header(w->repo, id, &type, &size, err)) < 0 || type != GIT_OBJECT_TAG) {
		return rc;
	}
	return rewrite_tag(w, id, depth, out, err);
}

vv_status vv_rewrite_object(vv_rewrite *w, const vv_oid *id, vv_oid *out, vv_error *err)
{
	return rewrite_any(w, vv_to_git(id), 0, vv_to_git_out(out), err);
}

/* --- the texts of tags ------------------------------------------------------------ */

vv_status vv_rewrite_tag_words(vv_repository *r, const vv_oid *tag, vv_buf *out, vv_error *err)
{
	git_oid at = *vv_to_git(tag);
	git_object_t type;
	uint64_t size;
	vv_status rc;

	for (unsigned depth = 0; depth <= TAGS_DEPTH_MAX; depth++) {
		vv_auto(git_odb_object) *object = NULL;

		rc = vv_object_header(r, &at, &type, &size, err);
		if (rc < 0 || type != GIT_OBJECT_TAG) return vv_missing_ok(rc, err);
		rc = vv_object_read(r, &at, GIT_OBJECT_TAG, VV_TAG_BYTES_MAX, &object, err);
		if (rc < 0) return rc;
		const char *p = git_odb_object_data(object);
		put_tag_words(out, p, p + git_odb_object_size(object));
		if ((rc = vv_buf_ok(out, err)) < 0 || (rc = vv_tag_target(r, &at, &at, err)) < 0) {
			return rc;
		}
	}
	return vv_fail(err, VV_EREFUSED, "tags are nested more than %u deep", TAGS_DEPTH_MAX);
}

vv_status vv_rewrite_quoted_words(vv_repository *r, const vv_oid *commit, vv_buf *out,
				  vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_status rc = vv_object_read(r, vv_to_git(commit), GIT_OBJECT_COMMIT, VV_COMMIT_BYTES_MAX,
				      &object, err);

	if (rc < 0) return rc;
	const char *p = git_odb_object_data(object), *end = p + git_odb_object_size(object);
	while (rc == VV_OK && p < end && *p != '\n') {
		const char *next = after_header(p, end);

		if (begins_with(p, end, "mergetag ")) {
			rc = put_quoted_words(out, p, next, err);
		}
		p = next;
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}
