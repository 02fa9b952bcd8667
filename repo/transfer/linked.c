/*
 * linked: knows the lines of .varveconfig that link a version. Git itself reads them, from its standard input: the file may
 * be in a commit that is just arriving.
 */
#include "repo/transfer/linked.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/sys.h"
#include "repo/git/config.h"
#include "repo/git/run_git.h"
#include "repo/git/tree_internal.h"
#include "repo/transfer/send.h"

#define FILE_NAME ".varveconfig"
#define FILE_MAX (1u << 20)
#define WORD "link"

vv_status vv_linked_init(vv_linked *l, vv_repository *r, vv_error *err)
{
	memset(l, 0, sizeof(*l));
	l->repo = r;
	vv_oid_set_init(&l->trees);
	vv_oid_set_init(&l->files);
	l->roots = vv_cid_map_new();
	return l->roots ? VV_OK : vv_fail_nomem(err);
}

void vv_linked_clear(vv_linked *l)
{
	vv_oid_set_clear(&l->trees);
	vv_oid_set_clear(&l->files);
	vv_cid_map_free(l->roots);
	for (size_t i = 0; i < l->count; i++) {
		vv_free(l->sources[i]);
	}
	vv_free(l->sources);
	memset(l, 0, sizeof(*l));
}

const char *vv_linked_source(const vv_linked *l, const vv_cid *root)
{
	uint64_t at;

	return vv_cid_map_get(l->roots, root, &at) ? l->sources[at] : NULL;
}

/* Most files link nothing, and need no git. */
static bool may_link(const char *text, size_t len)
{
	for (size_t i = 0; i + strlen(WORD) <= len; i++) {
		if (strncasecmp(text + i, WORD, strlen(WORD)) == 0) return true;
	}
	return false;
}

/* The lines of `git config -z`: "import.PATH.KEY NL VALUE NUL" each. */
typedef struct lines {
	const char *text;
	size_t len;
} lines;

/* The next value of "import.PATH.key", where PATH is as in like (NULL: any); NULL: there is none. *name: the line. */
static const char *next_value(const lines *l, size_t *at, const char *like, const char *key,
			      const char **name)
{
	while (*at < l->len) {
		const char *line = l->text + *at, *newline = strchr(line, '\n');
		const size_t len = newline ? (size_t)(newline - line) : strlen(line);
		const size_t tail = strlen(key), head = len > tail ? len - tail : 0;

		*at += strlen(line) + 1;
		if (head > 0 && memcmp(line + head, key, tail) == 0 &&
		    (!like || (strncmp(line, like, head) == 0 && like[head] == '.' &&
			       !memchr(like + head + 1, '.', strcspn(like + head + 1, "\n"))))) {
			*name = line;
			return newline ? newline + 1 : "true";
		}
	}
	return NULL;
}

static vv_status add_roots(vv_linked *l, const lines *all, const char *like, const char *url,
			   vv_error *err)
{
	const char *name, *text;
	bool used = false, added;
	char *source;
	vv_error ignored;
	vv_cid root;
	vv_status rc = VV_OK;

	if (!vv_array_room(l->sources, l->count, l->cap) || !(source = vv_strdup(url))) {
		return vv_fail_nomem(err);
	}
	l->sources[l->count++] = source;
	for (size_t at = 0;
	     rc == VV_OK && (text = next_value(all, &at, like, ".root", &name)) != NULL;) {
		if (vv_cid_parse(&root, text, strlen(text), &ignored) == VV_OK) {
			rc = vv_cid_map_put(l->roots, &root, l->count - 1, &added, err);
			used = used || added;
		}
	}
	if (!used && rc == VV_OK) {
		vv_free(l->sources[--l->count]);
	}
	return rc;
}

static vv_status take_lines(vv_linked *l, const lines *all, vv_error *err)
{
	const char *name, *text, *url, *ignored;
	vv_error why;
	bool linked;
	vv_status rc = VV_OK;

	for (size_t at = 0;
	     rc == VV_OK && (text = next_value(all, &at, NULL, "." WORD, &name)) != NULL;) {
		size_t from = 0;

		if (vv_config_read_bool(WORD, text, &linked, &why) == VV_OK && linked &&
		    (url = next_value(all, &from, name, ".url", &ignored)) != NULL) {
			rc = add_roots(l, all, name, url, err);
		}
	}
	return rc;
}

static vv_status read_file(vv_linked *l, const void *bytes, size_t len, vv_error *err)
{
	const char *args[] = {"config",       "--no-includes", "-z", "--file=-",
			      "--get-regexp", "^import\\.",    NULL};
	vv_auto(vv_buf) text = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_git_call run = {.args = args,
				 .env = vv_repository_env(l->repo),
				 .input = bytes,
				 .len = len,
				 .output = &text};
	int code = 0;
	vv_status rc = vv_git_run(&run, &said, &code, err);

	if (rc < 0 || code != 0) return rc; /* one that makes no sense says nothing */
	vv_buf_putc(&text, '\0');
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	return take_lines(l, &(lines){text.data, text.len - 1}, err);
}

/* One that was not looked at before. */
static vv_status see_file(vv_linked *l, const git_oid *id, vv_error *err)
{
	git_odb_object *object = NULL;
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_object_header(l->repo, id, &type, &size, err);

	if (rc < 0 || type != GIT_OBJECT_BLOB || size > FILE_MAX) return rc;
	rc = vv_object_read(l->repo, id, GIT_OBJECT_BLOB, FILE_MAX, &object, err);
	if (rc == VV_OK && may_link(git_odb_object_data(object), git_odb_object_size(object))) {
		rc = read_file(l, git_odb_object_data(object), git_odb_object_size(object), err);
	}
	git_odb_object_free(object);
	return rc;
}

vv_status vv_linked_see(vv_linked *l, const git_oid *tree, vv_error *err)
{
	uint32_t mode;
	git_oid id;
	bool added;
	vv_status rc = vv_oid_set_add(&l->trees, tree, &added, err);

	if (rc < 0 || !added) return rc;
	rc = vv_tree_find(l->repo, tree, FILE_NAME, &mode, &id, err);
	if (rc == VV_OK && (mode & 0170000) == 0100000) {
		rc = vv_oid_set_add(&l->files, &id, &added, err);
		rc = rc < 0 || !added ? rc : see_file(l, &id, err);
	}
	return vv_missing_ok(rc, err); /* theirs may have holes */
}

vv_status vv_linked_each(vv_repository *r, const vv_oid *commit, vv_linked_fn fn, void *payload,
			 vv_error *err)
{
	vv_auto(vv_linked) l = {0};
	git_oid tree;
	vv_status rc = vv_linked_init(&l, r, err);

	if (rc < 0 || (rc = vv_commit_tree(r, commit, &tree, err)) < 0 ||
	    (rc = vv_linked_see(&l, &tree, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < vv_cid_map_count(l.roots); i++) {
		rc = fn(payload, vv_cid_map_cid(l.roots, i),
			l.sources[vv_cid_map_value(l.roots, i)], err);
	}
	return rc;
}
