/*
 * sides_documents: the tables of documents as paths of a comparison.
 */
#include "lib/status/sides.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "lib/documents/reader.h"
#include "lib/names/version.h"
#include "lib/view/table_pairs.h"

char *vv_diff_side_word(const vv_diff_side *s, const vv_repository *r, const char *path, int stage)
{
	vv_buf b = VV_BUF_INIT;

	if (s->kind == VV_SIDE_WORK) return vv_repository_file(r, path);
	if (s->kind == VV_SIDE_COMMIT) {
		vv_buf_printf(&b, "%s:%s", vv_oid_shows(&s->commit), path);
	} else {
		vv_buf_printf(&b, ":%d:%s", stage, path);
	}
	return vv_buf_detach(&b);
}

typedef struct side {
	vv_subject subject;
	char *word;
	vv_subject_document document;
	bool is;
} side;

static void side_clear(side *s)
{
	vv_subject_document_close(&s->document);
	vv_subject_clear(&s->subject);
	vv_free(s->word);
}
VV_AUTO_CLEAR(side, side_clear)

/* s->is: it exists, and a reader supports it. */
static vv_status side_open(side *s, const vv_diff_side *of, vv_repository *r,
			   vv_dataset_reader *reader, const char *path, int stage, vv_error *err)
{
	vv_status rc;

	if (!(s->word = vv_diff_side_word(of, r, path, stage))) return vv_fail_nomem(err);
	if ((rc = vv_subject_find(&s->subject, r, reader, &(vv_version_name){.word = s->word},
				  err)) < 0 ||
	    (rc = vv_subject_settle(&s->subject, err)) < 0) {
		return rc;
	}
	rc = vv_subject_document_open(&s->document, &s->is, &s->subject, err);
	if (rc != VV_EINPUT && rc != VV_EREFUSED && rc != VV_ENOSUPPORT) return rc;
	/* Then it is compared as bytes. */
	if (rc != VV_ENOSUPPORT) {
		vv_notes_put(vv_repository_notes(r), "%s", err->message);
	}
	return VV_OK;
}

static char *table_path(const char *path, const char *table)
{
	return vv_asprintf("%s#%s", path, table);
}

/* Is a table requested? All of a document's are if none of it is named. */
static bool is_asked(const vv_diff_sides *d, const char *document, const char *table)
{
	const size_t len = strlen(document);
	bool named = false;

	for (size_t i = 0; i < d->table_count; i++) {
		const char *t = d->tables[i];

		if (strncmp(t, document, len) == 0 && t[len] == '#') {
			if (strcmp(t + len + 1, table) == 0) return true;
			named = true;
		}
	}
	return !named;
}

/* The table of a document as a path. */
static vv_status add_table(vv_diff_sides *out, const vv_diff_path *of, const vv_table_pair *t,
			   vv_error *err)
{
	if (!vv_array_room(out->paths, out->count, out->cap)) {
		return vv_fail_nomem(err);
	}
	vv_diff_path *p = &out->paths[out->count++];
	const char *old_file = of->old_path ? of->old_path : of->path;
	const bool renamed = of->old_path ||
			     (t->was && t->is && strcmp(t->was->name, t->is->name) != 0);

	*p = *of;
	p->document = strlen(of->path);
	p->old_mode = t->was ? of->old_mode : 0;
	p->new_mode = t->is ? of->new_mode : 0;
	p->path = table_path(of->path, (t->is ? t->is : t->was)->name);
	if (renamed) {
		p->old_path = table_path(old_file, (t->was ? t->was : t->is)->name);
	} else {
		p->old_path = NULL;
	}
	return p->path && (p->old_path || !renamed) ? VV_OK : vv_fail_nomem(err);
}

/* *opened: its tables are in out, in the order of the newer side, then those that are gone. */
static vv_status open_one(vv_diff_sides *out, bool *opened, const vv_diff_sides *d,
			  const vv_diff_path *p, vv_repository *r, vv_dataset_reader *reader,
			  vv_error *err)
{
	vv_auto(side) a = {.word = NULL}, b = {.word = NULL};
	vv_auto_free vv_table_pair *tables = NULL;
	size_t count = 0;
	vv_status rc = VV_OK;

	*opened = false;
	if ((p->old_mode != 0 &&
	     (rc = side_open(&a, &d->a, r, reader, p->old_path ? p->old_path : p->path, p->stage,
			     err)) < 0) ||
	    (p->new_mode != 0 && (rc = side_open(&b, &d->b, r, reader, p->path, 0, err)) < 0)) {
		return rc;
	}
	/* Both, or the one that exists: else it is compared as bytes. */
	if ((p->old_mode != 0 && !a.is) || (p->new_mode != 0 && !b.is)) return VV_OK;
	rc = vv_table_pairs_find(&tables, &count, &a.subject, &a.document.document, &b.subject,
				 &b.document.document, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_table_pair *t = &tables[i];

		if ((t->is && is_asked(d, p->path, t->is->name)) ||
		    (t->was && is_asked(d, p->path, t->was->name))) {
			rc = add_table(out, p, t, err);
		}
	}
	*opened = true;
	return rc;
}

static bool may_open(const vv_diff_path *p, vv_repository *r)
{
	return (p->old_mode == 0 || (p->old_mode & 0170000) == 0100000) &&
	       (p->new_mode == 0 || (p->new_mode & 0170000) == 0100000) && p->stage >= 0 &&
	       vv_document_is_name(r, vv_repository_env(r), p->path);
}

vv_status vv_diff_sides_open_documents(vv_diff_sides *d, vv_repository *r, vv_dataset_reader *s,
				       vv_error *err)
{
	vv_auto(vv_diff_sides) out = {.count = 0};
	bool any = false, opened;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < d->count && !any; i++) {
		any = may_open(&d->paths[i], r);
	}
	for (size_t i = 0; any && i < d->count && rc == VV_OK; i++) {
		vv_diff_path *p = &d->paths[i];

		opened = false;
		if (may_open(p, r)) {
			rc = open_one(&out, &opened, d, p, r, s, err);
		}
		if (rc < 0 || opened) {
			continue;
		}
		if (!vv_array_add(out.paths, out.count, out.cap, *p)) return vv_fail_nomem(err);
		p->path = p->old_path = NULL;
	}
	if (rc < 0 || !any) return rc;
	/* The paths alone are others. */
	vv_diff_path *paths = d->paths;
	const size_t count = d->count, cap = d->cap;

	d->paths = out.paths;
	d->count = out.count;
	d->cap = out.cap;
	out.paths = paths;
	out.count = count;
	out.cap = cap;
	return VV_OK;
}

void vv_diff_words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++) {
		vv_free(words[i]);
	}
	vv_free(words);
}

/* The length of DOCUMENT in DOCUMENT#TABLE, by its name; 0: not such a word. */
static size_t document_len(vv_repository *r, const char *word)
{
	size_t len = 0;

	for (const char *cut = strchr(word, '#'); cut && len == 0; cut = strchr(cut + 1, '#')) {
		vv_auto(char) *path = vv_strndup(word, (size_t)(cut - word));

		len = path && vv_document_is_name(r, vv_repository_env(r), path) ? strlen(path) : 0;
	}
	return len;
}

vv_status vv_diff_sides_take_tables(vv_diff_sides *d, char ***out, vv_repository *r, int argc,
				    char **argv, vv_error *err)
{
	vv_status rc;

	*out = vv_calloc((size_t)argc + 1, sizeof(**out));
	d->tables = vv_calloc((size_t)argc + 1, sizeof(*d->tables));
	if (!*out || !d->tables) return vv_fail_nomem(err);
	for (int i = 0; i < argc; i++) {
		const bool bare = vv_repository_is_bare(r);
		const size_t len = bare && !strchr(argv[i], ':') ? document_len(r, argv[i])
								 : vv_subject_file_len(argv[i]);
		vv_auto(char) *path = NULL;

		(*out)[i] = len > 0 ? vv_strndup(argv[i], len) : vv_strdup(argv[i]);
		if (!(*out)[i]) return vv_fail_nomem(err);
		if (len == 0 || argv[i][len] != '#') {
			continue;
		}
		if (!bare && (rc = vv_repository_relative(&path, r, (*out)[i], err)) < 0) return rc;
		if (!(d->tables[d->table_count] = bare ? vv_strdup(argv[i])
						       : table_path(path, argv[i] + len + 1))) {
			return vv_fail_nomem(err);
		}
		d->table_count++;
	}
	return VV_OK;
}

vv_status vv_diff_sides_take_paths(vv_diff_sides *d, char ***out, vv_repository *r,
				   const char *const *paths, vv_error *err)
{
	size_t count = 0;

	*out = NULL;
	for (; paths && paths[count]; count++) {
	}
	if (count == 0) return VV_OK;
	*out = vv_calloc(count + 1, sizeof(**out));
	d->tables = vv_calloc(count, sizeof(*d->tables));
	if (!*out || !d->tables) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const size_t len = document_len(r, paths[i]);

		(*out)[i] = len > 0 ? vv_strndup(paths[i], len) : vv_strdup(paths[i]);
		if (!(*out)[i] ||
		    (len > 0 && !(d->tables[d->table_count++] = vv_strdup(paths[i])))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}
