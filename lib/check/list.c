/*
 * list: where each kind of side lists its files, and what makes one a dataset.
 */
#include "lib/check/list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "dataset/schema/package.h"
#include "lib/check/input.h"
#include "lib/names/version.h"
#include "lib/sync/named_versions.h"
#include "lib/worktree/add_plan.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/renames.h"

typedef struct lister {
	vv_check_list *out; /* first all files, then the selected ones */
	vv_repository *repo;
	vv_dataset_reader *reader;
	const vv_diff_side *side, *base; /* base may be NULL */
	bool exact;
	vv_pathspec spec;
	char **bare; /* without a work tree: the arguments unchanged */
	int bare_count;
	bool *bare_matched;
	vv_check_list described;
	vv_check_list sparse; /* left out of the work tree, and tracked */
} lister;

void vv_check_list_clear(vv_check_list *l)
{
	vv_array_clear(l->items, l->count, it,
		       vv_free_all(it->path, it->package, it->now, it->was));
	vv_array_clear(l->documents, l->document_count, it,
		       vv_free_all(it->path, it->now, it->was));
	memset(l, 0, sizeof(*l));
}

static void sort_list(vv_check_list *list)
{
	if (list->count > 1) {
		qsort(list->items, list->count, sizeof(*list->items), vv_text_order);
	}
}

const vv_check_path *vv_check_list_find(const vv_check_list *l, const char *path)
{
	return l->count > 0 ? bsearch(&path, l->items, l->count, sizeof(*l->items), vv_text_order)
			    : NULL;
}

vv_status vv_check_list_add(vv_check_list *l, const char *path, const vv_oid *blob,
			    const char *package, vv_error *err)
{
	vv_check_path p = {.path = vv_strdup(path), .package = package ? vv_strdup(package) : NULL};

	if (blob) {
		p.blob = *blob;
	}
	if (p.path && (p.package || !package) && vv_array_add(l->items, l->count, l->cap, p)) {
		return VV_OK;
	}
	vv_free_all(p.path, p.package);
	return vv_fail_nomem(err);
}

static vv_status on_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	lister *l = payload;

	return S_ISREG(e->mode) ? vv_check_list_add(l->out, e->path, &e->id, NULL, err) : VV_OK;
}

/* The index; for the work tree only existing files. For a path in conflict ours counts. */
static vv_status list_index(lister *l, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_stat st;
	vv_status rc = vv_index_open(&x, l->repo, err);

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
		if (!S_ISREG(e.mode) || (e.stage != 0 && e.stage != 2)) {
			continue;
		}
		bool here = true;

		if (l->side->kind == VV_SIDE_WORK) {
			vv_auto(char) *file = vv_repository_file(l->repo, e.path);

			if (!file) return vv_fail_nomem(err);
			rc = vv_lstat(&st, file, err);
			here = rc == VV_OK;
			rc = vv_missing_ok(rc, err);
		}
		if (rc == VV_OK && (here || e.hidden)) {
			rc = vv_check_list_add(here ? l->out : &l->sparse, e.path, &e.id, NULL,
					       err);
		}
	}
	return rc;
}

/* A table of a document, as an item. named: by an argument. */
static vv_status add_table(vv_check_list *l, const vv_check_path *d, const char *table, bool named,
			   vv_error *err)
{
	vv_status rc;

	vv_auto(char) *path = vv_asprintf("%s#%s", d->path, table);
	if ((rc = vv_alloc_ok(path, err)) < 0) return rc;
	vv_check_path *p = vv_array_find(l->items, l->count, it, strcmp(it->path, path) == 0);
	if (p) {
		p->named = p->named || named;
		return VV_OK;
	}
	if ((rc = vv_check_list_add(l, path, &d->blob, NULL, err)) < 0) return rc;
	p = &l->items[l->count - 1];
	p->document = strlen(d->path);
	p->named = named;
	if (!d->was) return VV_OK;
	p->was = vv_asprintf("%s#%s", d->was, table);
	return vv_alloc_ok(p->was, err);
}

/* The document among the sorted files with the table `path`; NULL: none, or the file itself exists. */
static const vv_check_path *document_of(const vv_check_list *files, const char *path)
{
	vv_auto(char) *document = vv_strdup(path);
	const vv_check_path *found = NULL;
	char *hash;

	if (vv_check_list_find(files, path)) return NULL;
	while (document && !found && (hash = strrchr(document, '#'))) {
		*hash = '\0';
		found = vv_check_list_find(files, document);
	}
	return found;
}

/* Tables of documents that arguments name. */
static vv_status add_named_tables(lister *l, const vv_check_list *files, vv_error *err)
{
	const size_t count = l->spec.count > 0 ? l->spec.count : (size_t)l->bare_count;
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		const char *path = l->spec.count > 0 ? l->spec.items[i].path : l->bare[i];
		const vv_check_path *d = document_of(files, path);

		if (d && !(l->spec.count > 0 && l->spec.items[i].exclude)) {
			if ((rc = add_table(l->out, d, path + strlen(d->path) + 1, true, err)) <
			    0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

/* Files that an argument names, but Git does not track. */
static vv_status add_named(lister *l, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t known = l->out->count;

	for (size_t i = 0; l->side->kind == VV_SIDE_WORK && i < l->spec.count; i++) {
		const vv_pathspec_item *item = &l->spec.items[i];
		vv_check_list sorted = {.items = l->out->items, .count = known};

		if (item->exists && !item->folder && !item->pattern &&
		    !vv_check_list_find(&sorted, item->path) &&
		    (rc = vv_check_list_add(l->out, item->path, NULL, NULL, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Adds files described in datapackage.json files of the side. Invalid ones are reported when a
 * dataset below them is checked; they do not prevent other checks. */
static vv_status read_packages(lister *l, vv_error *err)
{
	vv_check_input_options beside = {.repo = l->repo, .reader = l->reader, .side = l->side};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < l->out->count; i++) {
		const char *package = l->out->items[i].path;
		char **paths = NULL;
		size_t count = 0;
		vv_error why;
		vv_auto(vv_buf) text = VV_BUF_INIT;

		if (strcmp(vv_path_base(package), VV_PACKAGE_NAME) != 0) {
			continue;
		}
		rc = vv_check_read_beside(&beside, package, &text, &why);
		if (rc == VV_OK) {
			rc = vv_package_paths(&paths, &count, package, vv_buf_cstr(&text), text.len,
					      &why);
		}
		if (rc == VV_ENOMEM || rc == VV_EIO || rc == VV_ECORRUPT) {
			return vv_error_copy(err, &why);
		}
		rc = VV_OK;
		for (size_t k = 0; rc == VV_OK && k < count; k++) {
			rc = vv_check_list_add(&l->described, paths[k], NULL, package, err);
		}
		vv_names_free(paths, count);
	}
	sort_list(&l->described);
	return rc;
}

static bool is_wanted(lister *l, const char *path, bool *literal)
{
	bool any = l->spec.count == 0 && l->bare_count == 0;

	*literal = false;
	if (l->exact) return vv_pathspec_match(&l->spec, path, NULL);
	if (l->spec.count > 0) return vv_pathspec_match(&l->spec, path, literal);
	for (int i = 0; i < l->bare_count; i++) {
		bool match = vv_path_is_at(path, l->bare[i]) || vv_path_match(l->bare[i], path);

		*literal = *literal || strcmp(path, l->bare[i]) == 0;
		l->bare_matched[i] = l->bare_matched[i] || match;
		any = any || match;
	}
	return any;
}

/* A pointer to a file does not count, like the file itself. An empty file has the base's kind. */
static vv_status is_table_pointer(lister *l, const vv_check_path *path, bool *out, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_tree_entry) was = {0};
	const vv_oid *blob = &path->blob;
	vv_pointer p;
	vv_status rc;

	if (l->base && vv_oid_is_empty_blob(blob)) {
		rc = vv_tree_entry_at(l->repo, &l->base->commit, path->path, &was, err);
		blob = rc == VV_OK ? &was.id : blob;
		if ((rc = vv_missing_ok(rc, err)) < 0) return rc;
	}
	rc = vv_dataset_reader_find_pointer(l->reader, blob, &arena, &p, out, err);
	*out = *out && strcmp(p.kind, "table") == 0;
	return rc;
}

/* Is it named, or matched by a pattern? */
static bool is_named(const lister *l, bool literal)
{
	return literal || vv_array_find(l->spec.items, l->spec.count, it, it->pattern);
}

static vv_status keep_document(lister *l, vv_check_path *p, bool named, vv_error *err)
{
	vv_check_list *o = l->out;

	if (!vv_array_add(o->documents, o->document_count, o->document_cap, *p)) {
		return vv_fail_nomem(err);
	}
	o->documents[o->document_count - 1].named = named;
	p->path = NULL;
	return VV_OK;
}

/* Removes files that are not datasets, or not requested. */
static vv_status sift_list(lister *l, vv_error *err)
{
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(l->repo);
	vv_check_list *list = l->out;
	const vv_index *ahead; /* git is asked for the attributes of many of its paths at once */
	size_t kept = 0;
	vv_status rc = VV_OK;

	(void)vv_dataset_reader_index(l->reader, &ahead, VV_IGNORED);

	vv_array_each(list->items, list->count, p) {
		bool literal, keep = rc == VV_OK && is_wanted(l, p->path, &literal);

		p->plain = keep && p->document == 0 &&
			   !vv_document_is_name(l->repo, vv_repository_env(l->repo), p->path);
		if (keep && p->document == 0 && !p->plain) {
			rc = keep_document(l, p, is_named(l, literal), err);
			keep = false;
		} else if (keep && !literal && !vv_check_list_find(&l->described, p->path)) {
			rc = vv_add_is_text_table(l->repo, p->path, &keep, err);
			if (rc == VV_OK && !keep && !vv_oid_is_null(&p->blob)) {
				rc = is_table_pointer(l, p, &keep, err);
			}
		}
		if (keep && rc == VV_OK) {
			list->items[kept++] = *p;
		} else {
			vv_free_all(p->path, p->package);
		}
	}
	list->count = kept;
	return rc;
}

static bool is_on_disk(const lister *l, const char *path)
{
	vv_auto(char) *file = vv_repository_is_bare(l->repo) ? NULL
							     : vv_repository_file(l->repo, path);
	return file && vv_exists(file);
}

/* Adds described files that are not in the side. They may exist in the work tree. */
static vv_status add_absent(lister *l, const vv_check_list *all, vv_error *err)
{
	vv_status rc = VV_OK;
	bool literal;

	for (size_t i = 0; rc == VV_OK && i < l->described.count; i++) {
		const vv_check_path *d = &l->described.items[i];

		if ((i > 0 && strcmp(d->path, d[-1].path) == 0) ||
		    vv_check_list_find(all, d->path) || !is_wanted(l, d->path, &literal)) {
			continue;
		}
		const vv_check_path *of = document_of(all, d->path);

		if (of) {
			rc = add_table(l->out, of, d->path + strlen(of->path) + 1, false, err);
			continue;
		}
		if ((rc = vv_check_list_add(l->out, d->path, NULL, d->package, err)) == VV_OK) {
			vv_check_path *p = &l->out->items[l->out->count - 1];

			p->not_added = l->side->kind != VV_SIDE_COMMIT && is_on_disk(l, d->path);
			p->absent = !p->not_added || l->side->kind == VV_SIDE_INDEX;
		}
	}
	return rc;
}

static vv_status all_matched(const lister *l, vv_error *err)
{
	for (int i = 0; i < l->bare_count; i++) {
		if (!l->bare_matched[i]) {
			return vv_fail(err, VV_ENOTFOUND, "no file of %s matches '%s'",
				       l->side->name, vv_text_shows(l->bare[i]));
		}
	}
	return vv_pathspec_all_matched(&l->spec, NULL, err);
}

/* Copies names and blobs, to find files after the list was filtered. */
static vv_status copy_names(vv_check_list *to, const vv_check_list *from, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_array_each(from->items, from->count, p) {
		if ((rc = vv_check_list_add(to, p->path, &p->blob, NULL, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status read_spec(lister *l, int argc, char **argv, vv_error *err)
{
	if (argc > 0 && !l->exact && vv_repository_is_bare(l->repo)) {
		l->bare = argv;
		l->bare_count = argc;
		l->bare_matched = vv_calloc((size_t)argc, sizeof(*l->bare_matched));
		return l->bare_matched ? VV_OK : vv_fail_nomem(err);
	}
	return vv_pathspec_init(&l->spec, l->exact ? NULL : l->repo, argc, argv, err);
}

/* Is it among the datasets or documents of the side? Then `was` is its path in the base. */
static vv_status set_was(vv_check_list *l, const char *path, const char *was, bool *found,
			 vv_error *err)
{
	vv_check_path *p = (vv_check_path *)(uintptr_t)vv_check_list_find(l, path);

	if (!p) {
		p = vv_array_find(l->documents, l->document_count, it, strcmp(it->path, path) == 0);
	}
	*found = p != NULL;
	return p ? vv_text_set(&p->was, was, err) : VV_OK;
}

/* Moves removed files into the list. Described ones are listed as absent. */
static vv_status add_gone(lister *l, vv_check_list *past, vv_error *err)
{
	vv_check_list *o = l->out;
	bool literal;

	for (size_t i = 0; i < past->count + past->document_count; i++) {
		const bool document = i >= past->count;
		vv_check_path *p = document ? &past->documents[i - past->count] : &past->items[i];

		if (!p->gone || !is_wanted(l, p->path, &literal) ||
		    vv_check_list_find(&l->described, p->path)) {
			continue;
		}
		if (!(document ? vv_array_add(o->documents, o->document_count, o->document_cap, *p)
			       : vv_array_add(o->items, o->count, o->cap, *p))) {
			return vv_fail_nomem(err);
		}
		*p = (vv_check_path){.path = NULL};
	}
	return VV_OK;
}

/* Finds the tables and documents that the side no longer has at the base's paths, and their new
 * paths. */
static vv_status follow_renames(lister *l, vv_check_list *past, const vv_check_list *all,
				const vv_check_list *files, vv_error *err)
{
	const size_t most = past->count + past->document_count;
	vv_auto_free vv_rename_file *gone = vv_calloc(most + 1, sizeof(*gone)),
				    *come = vv_calloc(all->count + 1, sizeof(*come));
	vv_auto_free vv_check_path **of = vv_calloc(most + 1, sizeof(*of));
	vv_auto_free size_t *from = vv_calloc(all->count + 1, sizeof(*from));
	size_t gone_count = 0, come_count = 0;

	if (!gone || !come || !of || !from) return vv_fail_nomem(err);
	for (size_t i = 0; i < most; i++) {
		vv_check_path *p = i < past->count ? &past->items[i]
						   : &past->documents[i - past->count];

		p->gone = p->document == 0 && !p->absent && !vv_check_list_find(all, p->path);
		if (p->gone) {
			of[gone_count] = p;
			gone[gone_count++] = (vv_rename_file){p->path, S_IFREG | 0644, p->blob};
		}
	}
	vv_array_each(all->items, all->count, p) {
		if (!vv_oid_is_null(&p->blob) && !vv_check_list_find(files, p->path)) {
			come[come_count++] = (vv_rename_file){p->path, S_IFREG | 0644, p->blob};
		}
	}
	vv_status rc = vv_renames_find(l->repo, gone, gone_count, come, come_count, from, err);
	for (size_t i = 0; rc == VV_OK && i < come_count; i++) {
		vv_check_path *p = from[i] == VV_RENAMED_FROM_NONE ? NULL : of[from[i]];
		bool found;

		if (p && (rc = set_was(l->out, come[i].path, p->path, &found, err)) == VV_OK) {
			p->gone = !found;
			rc = vv_text_set(&p->now, found ? NULL : come[i].path, err);
		}
	}
	return rc;
}

/* Adds files of the base that are not among the side's. */
static vv_status add_past(lister *l, const vv_check_list *all, const vv_diff_side *base,
			  vv_error *err)
{
	vv_auto(vv_check_list) files = {0}, past = {0};
	lister of_base = {.out = &files};
	vv_status rc = vv_tree_each(l->repo, &base->commit, "", on_entry, &of_base, err);

	if (rc < 0 ||
	    !vv_array_find(files.items, files.count, it, !vv_check_list_find(all, it->path))) {
		return rc;
	}
	sort_list(&files);
	if ((rc = vv_check_list_read(&past, l->repo, l->reader, base, NULL, 0, NULL,
				     VV_CHECK_ANY_OF, err)) < 0 ||
	    (rc = follow_renames(l, &past, all, &files, err)) < 0) {
		return rc;
	}
	return add_gone(l, &past, err);
}

static void lister_clear(lister *l)
{
	vv_pathspec_clear(&l->spec);
	vv_free(l->bare_matched);
	vv_check_list_clear(&l->described);
	vv_check_list_clear(&l->sparse);
}
VV_AUTO_CLEAR(lister, lister_clear)

static vv_status read_list(lister *l, int argc, char **argv, bool all_match, vv_error *err)
{
	vv_auto(vv_check_list) all = {.count = 0};
	vv_check_list *out = l->out;
	vv_status rc;

	if ((rc = read_spec(l, argc, argv, err)) < 0 ||
	    (rc = l->side->kind == VV_SIDE_COMMIT
			  ? vv_tree_each(l->repo, &l->side->commit, "", on_entry, l, err)
			  : list_index(l, err)) < 0 ||
	    (rc = add_named(l, err)) < 0) {
		return rc;
	}
	sort_list(out);
	if ((rc = read_packages(l, err)) < 0 || (rc = copy_names(&all, out, err)) < 0 ||
	    (rc = copy_names(&all, &l->sparse, err)) < 0) {
		return rc;
	}
	if (l->sparse.count > 0) {
		sort_list(&all);
	}
	if ((rc = add_named_tables(l, &all, err)) < 0 || (rc = sift_list(l, err)) < 0 ||
	    (rc = l->base ? add_past(l, &all, l->base, err) : VV_OK) < 0 ||
	    (rc = add_absent(l, &all, err)) < 0) {
		return rc;
	}
	sort_list(out);
	return all_match ? all_matched(l, err) : VV_OK;
}

vv_status vv_check_list_read(vv_check_list *out, vv_repository *r, vv_dataset_reader *s,
			     const vv_diff_side *side, const vv_diff_side *base, int argc,
			     char **argv, vv_check_words words, vv_error *err)
{
	vv_auto(lister) l = {.out = out,
			     .repo = r,
			     .reader = s,
			     .side = side,
			     .base = base,
			     .exact = words == VV_CHECK_EXACT && argc > 0};

	memset(out, 0, sizeof(*out));
	vv_status rc = read_list(&l, argc, argv, words == VV_CHECK_ALL_OF, err);
	if (rc < 0) {
		vv_check_list_clear(out);
	}
	return rc;
}

/* --- documents ---------------------------------------------------------------- */

/* Does the pattern DOCUMENT#TABLE fit the document? *table: the part after '#'. */
static bool fits_document(const char *pattern, const char *document, const char **table)
{
	const char *hash = strrchr(pattern, '#');
	vv_auto(char) *front = hash ? vv_strndup(pattern, (size_t)(hash - pattern)) : NULL;

	*table = hash ? hash + 1 : NULL;
	return front && vv_declared_pattern_has(front, document);
}

static bool rules_want(const vv_rules_file *rules, const char *document, const char *table)
{
	vv_auto(vv_buf) where = VV_BUF_INIT, path = VV_BUF_INIT;
	const char *pattern, *wanted;

	vv_buf_printf(&path, "%s#%s", document, table);
	for (size_t i = 0; (pattern = vv_rules_pattern(rules, i, &where)); i++) {
		if (fits_document(pattern, document, &wanted) &&
		    vv_declared_pattern_has(pattern, vv_buf_cstr(&path))) {
			return true;
		}
	}
	return false;
}

/* The tables that the rules name outright. *list: a pattern may be for others. */
static vv_status add_ruled(vv_check_list *l, const vv_check_path *d, const vv_rules_file *rules,
			   bool *list, vv_error *err)
{
	vv_auto(vv_buf) where = VV_BUF_INIT;
	const char *pattern, *table;
	vv_status rc;

	*list = d->named;
	for (size_t i = 0; (pattern = vv_rules_pattern(rules, i, &where)); i++) {
		if (!fits_document(pattern, d->path, &table)) {
			continue;
		}
		if (strpbrk(table, "*?[")) {
			*list = true;
		} else {
			if ((rc = add_table(l, d, table, false, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

/* The document that only the base has, if the rules are about it or its tables. */
static vv_status add_gone_document(vv_check_list *l, vv_check_path *d, const vv_rules_file *rules,
				   vv_error *err)
{
	vv_auto(vv_buf) where = VV_BUF_INIT;
	const char *pattern, *table;
	bool ruled = false;

	for (size_t i = 0; !ruled && (pattern = vv_rules_pattern(rules, i, &where)); i++) {
		ruled = fits_document(pattern, d->path, &table);
	}
	if (!ruled) return VV_OK;
	if (!vv_array_add(l->items, l->count, l->cap, *d)) return vv_fail_nomem(err);
	*d = (vv_check_path){.gone = true};
	return VV_OK;
}

static vv_status add_listed(vv_check_list *l, const vv_check_path *d, vv_repository *r,
			    vv_dataset_reader *s, const vv_diff_side *side,
			    const vv_rules_file *rules, vv_error *err)
{
	vv_auto(char) *word = vv_diff_side_word(side, r, d->path, 0);
	vv_auto(vv_subject) subject = {.text = NULL};
	vv_auto(vv_subject_document) open = {.temp = NULL};
	bool is = false;
	vv_status rc = word ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && (rc = vv_subject_find(&subject, r, s, &(vv_version_name){.word = word},
						 err)) == VV_OK) {
		rc = vv_subject_document_open(&open, &is, &subject, err);
	}
	if (rc == VV_ENOMEM) return rc;
	if (rc < 0 || !is) {
		vv_error_clear(err);
		return add_table(l, d, "*", false, err);
	}
	vv_array_each(open.document.tables, open.document.count, t) {
		if (((d->named && !t->beside) || rules_want(rules, d->path, t->name)) &&
		    (rc = add_table(l, d, t->name, false, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_check_list_open_documents(vv_check_list *l, vv_repository *r, vv_dataset_reader *s,
				       const vv_diff_side *side, const vv_rules_file *rules,
				       bool only_gone, vv_error *err)
{
	const size_t before = l->count;
	bool list;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < l->document_count && rc == VV_OK; i++) {
		vv_check_path *d = &l->documents[i];

		if (d->gone) {
			rc = add_gone_document(l, d, rules, err);
		} else if (!only_gone && (rc = add_ruled(l, d, rules, &list, err)) == VV_OK &&
			   list) {
			rc = add_listed(l, d, r, s, side, rules, err);
		}
	}
	if (l->count > before) {
		sort_list(l);
	}
	return rc;
}
