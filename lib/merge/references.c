/*
 * references: reads each datapackage.json of a commit, and varve.checks.
 */
#include "lib/merge/references.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/rules.h"
#include "dataset/schema/package.h"
#include "repo/git/blob.h"
#include "repo/git/tree.h"

#define FILE_MAX ((size_t)64 << 20)

typedef struct finding {
	vv_references *out;
	vv_repository *repo;
	const vv_oid *commit;
	const char *to;
	vv_rules_file *checks; /* NULL: there are none */
} finding;

static void finding_clear(finding *f)
{
	vv_rules_file_free(f->checks);
}
VV_AUTO_CLEAR(finding, finding_clear)

void vv_references_clear(vv_references *r)
{
	vv_free(r->list);
	vv_arena_clear(&r->arena);
	*r = (vv_references){.list = NULL};
}

/* A file beside another one. NULL: out of memory. */
static const char *path_beside(finding *f, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');

	name = strncmp(name, "./", 2) == 0 ? name + 2 : name;
	return vv_arena_printf(&f->out->arena, "%.*s%s", slash ? (int)(slash - file) + 1 : 0, file,
			       name);
}

/* The file of a resource with exactly one; NULL: another number. */
static const char *file_of(const vv_json *resource)
{
	const vv_json *path = vv_json_get(resource, "path");

	path = path && path->type == VV_JSON_ARRAY && path->count == 1 ? path->first : path;
	return path && path->type == VV_JSON_STRING ? path->text : NULL;
}

/* A name, or an array of names. */
static const char **read_names(finding *f, const vv_json *node, size_t *count)
{
	const bool many = node && node->type == VV_JSON_ARRAY;
	const vv_json *first = many ? node->first : node;
	const char **names;

	*count = many ? node->count : node != NULL;
	names = vv_arena_calloc(&f->out->arena, *count + 1, sizeof(*names));
	for (size_t i = 0; names && i < *count; i++, first = first->next) {
		names[i] = vv_arena_strndup(&f->out->arena,
					    first->type == VV_JSON_STRING ? first->text : "",
					    first->type == VV_JSON_STRING ? first->text_len : 0);
		names = names[i] ? names : NULL;
	}
	return names;
}

static vv_status add_reference(finding *f, const char *path, const char **columns, size_t count,
			       const char **targets, size_t target_count, vv_error *err)
{
	const vv_reference r = {vv_arena_strndup(&f->out->arena, path, strlen(path)), columns,
				targets, count};

	if (!r.path || !columns || !targets) return vv_fail_nomem(err);
	if (count != target_count || count == 0) return VV_OK;
	return vv_array_add(f->out->list, f->out->count, f->out->cap, r) ? VV_OK
									 : vv_fail_nomem(err);
}

/* Is `name`, in a reference of `resource`, the table that is sought? */
static bool is_sought(finding *f, const char *package, const vv_json *top, const vv_json *resource,
		      const char *name)
{
	const vv_json *named =
		!name || !*name ? resource
				: vv_json_find(vv_json_get(top, "resources"), n,
					       vv_text_same(vv_json_get_string(n, "name"), name));
	const char *file = named ? file_of(named) : NULL,
		   *path = file ? path_beside(f, package, file) : NULL;

	return path && strcmp(path, f->to) == 0;
}

/* The schema of a resource, which may be in a file of its own; NULL: none. */
static const vv_json *find_schema(finding *f, const char *package, const vv_json *resource)
{
	const vv_json *schema = vv_json_get(resource, "schema");
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *top = NULL;

	if (!schema || schema->type != VV_JSON_STRING) return schema;
	const char *path = path_beside(f, package, schema->text);
	if (!path || vv_tree_entry_at(f->repo, f->commit, path, &e, VV_IGNORED) < 0 ||
	    vv_blob_read(f->repo, &e.id, FILE_MAX, &text, VV_IGNORED) < 0 ||
	    vv_json_read(&top, &f->out->arena, vv_buf_cstr(&text), text.len, path, VV_IGNORED) <
		    0) {
		return NULL;
	}
	return top;
}

static vv_status read_resource(finding *f, const char *package, const vv_json *top,
			       const vv_json *resource, vv_error *err)
{
	const vv_json *keys = vv_json_get(find_schema(f, package, resource), "foreignKeys");
	const char *file = file_of(resource), *path = file ? path_beside(f, package, file) : NULL;
	vv_status rc = VV_OK;

	if (!keys || keys->type != VV_JSON_ARRAY || !file) return VV_OK;
	if (!path) return vv_fail_nomem(err);
	for (const vv_json *key = keys->first; key && rc == VV_OK; key = key->next) {
		const vv_json *reference = vv_json_get(key, "reference");
		size_t count, target_count;

		if (!reference || !is_sought(f, package, top, resource,
					     vv_json_get_string(reference, "resource"))) {
			continue;
		}
		const char **columns = read_names(f, vv_json_get(key, "fields"), &count);
		const char **targets = read_names(f, vv_json_get(reference, "fields"),
						  &target_count);
		rc = add_reference(f, path, columns, count, targets, target_count, err);
	}
	return rc;
}

static vv_status read_package(finding *f, const vv_tree_entry *e, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *top = NULL;
	vv_status rc = vv_blob_read(f->repo, &e->id, FILE_MAX, &text, err);

	/* the texts of the document are used until the end */
	const char *copy = vv_arena_strndup(&f->out->arena, vv_buf_cstr(&text), text.len);
	if (rc < 0 || !copy) return rc < 0 ? rc : vv_fail_nomem(err);
	if (vv_json_read(&top, &f->out->arena, copy, text.len, e->path, VV_IGNORED) < 0) {
		return VV_OK;
	}
	const vv_json *list = vv_json_get(top, "resources");
	for (const vv_json *n = list ? list->first : NULL; n && rc == VV_OK; n = n->next) {
		rc = read_resource(f, e->path, top, n, err);
	}
	return rc;
}

/* A path, or the name of a table in the same folder without its ending. */
static bool names_sought(finding *f, const char *path, const char *name)
{
	const char *near = path_beside(f, path, name);
	const size_t len = near ? strlen(near) : 0;

	return strcmp(name, f->to) == 0 ||
	       (near && strncmp(f->to, near, len) == 0 &&
		(f->to[len] == '\0' || (f->to[len] == '.' && !strchr(f->to + len, '/'))));
}

static const char **copy_names(finding *f, const char *const *names)
{
	const size_t count = vv_texts_count(names);
	const char **out = vv_arena_calloc(&f->out->arena, count + 1, sizeof(*out));

	for (size_t i = 0; out && i < count; i++) {
		out[i] = vv_arena_strndup(&f->out->arena, names[i], strlen(names[i]));
		out = out[i] ? out : NULL;
	}
	return out;
}

static vv_status read_checks(finding *f, const vv_tree_entry *e, vv_error *err)
{
	const vv_check_rule *rule;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && (rule = vv_rules_check(f->checks, e->path, &i));) {
		if (rule->kind != VV_CHECK_REFERENCES || !names_sought(f, e->path, rule->target)) {
			continue;
		}
		rc = add_reference(f, e->path, copy_names(f, rule->columns),
				   vv_texts_count(rule->columns), copy_names(f, rule->targets),
				   vv_texts_count(rule->targets), err);
	}
	return rc;
}

static vv_status read_entry(void *payload, const vv_tree_entry *e, vv_error *err)
{
	finding *f = payload;

	if (!S_ISREG(e->mode)) return VV_OK;
	if (strcmp(vv_path_base(e->path), VV_PACKAGE_NAME) == 0) return read_package(f, e, err);
	return f->checks ? read_checks(f, e, err) : VV_OK;
}

vv_status vv_references_add(vv_references *out, vv_repository *r, const vv_oid *commit,
			    const char *to, vv_error *err)
{
	vv_auto(finding) f = {.out = out, .repo = r, .commit = commit, .to = to};
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_error ignored;
	vv_status rc = vv_tree_entry_at(r, commit, VV_CHECKS_NAME, &e, err);

	if (rc == VV_OK && (rc = vv_blob_read(r, &e.id, FILE_MAX, &text, err)) == VV_OK &&
	    vv_rules_file_add(&f.checks, vv_buf_cstr(&text), text.len, VV_CHECKS_NAME, &ignored) <
		    0) {
		vv_rules_file_free(f.checks);
		f.checks = NULL;
	}
	rc = vv_missing_ok(rc, err);
	return rc < 0 ? rc : vv_tree_each(r, commit, "", read_entry, &f, err);
}
