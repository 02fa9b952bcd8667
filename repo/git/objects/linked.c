/*
 * linked: the lines of .varveconfig that link a version. They are not left to git, since a history may have as many
 * of these files as commits.
 */
#include "repo/git/objects/linked.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/sys.h"
#include "repo/git/config.h"
#include "repo/git/objects/send.h"
#include "repo/git/tree_internal.h"

#define FILE_NAME ".varveconfig"
#define FILE_MAX (1u << 20)
#define WORD "link"

vv_status vv_linked_init(vv_linked *l, vv_repository *r, vv_error *err)
{
	*l = (vv_linked){.repo = r};
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
	vv_cid root;
	vv_status rc = VV_OK;

	if (!vv_array_room(l->sources, l->count, l->cap) || !(source = vv_strdup(url))) {
		return vv_fail_nomem(err);
	}
	l->sources[l->count++] = source;
	for (size_t at = 0;
	     rc == VV_OK && (text = next_value(all, &at, like, ".root", &name)) != NULL;) {
		if (vv_cid_parse(&root, text, strlen(text), VV_IGNORED) == VV_OK) {
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
	bool linked;
	vv_status rc;

	for (size_t at = 0; (text = next_value(all, &at, NULL, "." WORD, &name)) != NULL;) {
		size_t from = 0;

		if (vv_config_read_bool(WORD, text, &linked, VV_IGNORED) == VV_OK && linked &&
		    (url = next_value(all, &from, name, ".url", &ignored)) != NULL &&
		    (rc = add_roots(l, all, name, url, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- git's syntax of configuration (git-config(1), "Syntax") ------------------------------- */

typedef struct parsing {
	const char *at, *end;
	vv_buf section; /* "import.PATH" */
	vv_buf value;
	vv_buf lines; /* of imports */
	bool bad;     /* git refuses the file, and so it says nothing */
} parsing;

/* The next byte; at the end a newline. */
static char look(const parsing *p)
{
	return p->at < p->end ? *p->at : '\n';
}

static void skip_blanks(parsing *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\r')) {
		p->at++;
	}
}

static void skip_line(parsing *p)
{
	while (p->at < p->end && *p->at != '\n') {
		p->at++;
	}
}

/* Behind '[': NAME "SUB" ], or NAME.SUB ]. */
static void take_section(parsing *p)
{
	vv_buf_reset(&p->section);
	for (; vv_is_alnum(look(p)) || look(p) == '-' || look(p) == '.'; p->at++) {
		vv_buf_putc(&p->section, vv_to_lower(*p->at));
	}
	skip_blanks(p);
	if (look(p) == '"') {
		vv_buf_putc(&p->section, '.');
		for (p->at++; look(p) != '"' && look(p) != '\n'; p->at++) {
			p->at += *p->at == '\\' && p->at + 1 < p->end;
			p->bad |= *p->at == '\n';
			vv_buf_putc(&p->section, *p->at);
		}
		p->bad |= look(p) != '"';
		p->at += !p->bad;
		skip_blanks(p);
	}
	p->bad |= look(p) != ']';
	p->at += !p->bad;
}

/* Behind a backslash. */
static void take_escape(parsing *p)
{
	static const char names[] = "ntb\"\\", bytes[] = "\n\t\b\"\\";

	p->at += look(p) == '\r' && p->at + 1 < p->end && p->at[1] == '\n';
	const char *name = look(p) == '\n' ? NULL : strchr(names, look(p));
	if (name && *name) {
		vv_buf_putc(&p->value, bytes[name - names]);
	}
	p->bad |= look(p) != '\n' && (!name || !*name);
	p->at += p->at < p->end;
}

/* Behind '=', to the end of the line. */
static void take_value(parsing *p)
{
	bool quoted = false;
	size_t len = 0; /* without blanks at the end */

	vv_buf_reset(&p->value);
	skip_blanks(p);
	while (!p->bad && look(p) != '\n') {
		const char c = *p->at++;

		if (!quoted && (c == '#' || c == ';')) {
			skip_line(p);
			break;
		}
		if (c == '"') {
			quoted = !quoted;
		} else if (c == '\\') {
			take_escape(p);
		} else {
			vv_buf_putc(&p->value, c);
		}
		len = quoted || !(c == ' ' || c == '\t' || c == '\r') ? p->value.len : len;
	}
	p->bad |= quoted;
	p->value.len = len < p->value.len ? len : p->value.len;
}

static void take_key(parsing *p)
{
	static const char import[] = "import.";
	const char *key = p->at;

	while (vv_is_alnum(look(p)) || look(p) == '-') {
		p->at++;
	}
	size_t len = (size_t)(p->at - key);
	p->bad |= len == 0 || !vv_is_alpha(*key) || p->section.len == 0;
	skip_blanks(p);
	vv_buf_reset(&p->value);
	if (look(p) == '=') {
		p->at++;
		take_value(p);
	} else {
		vv_buf_puts(&p->value, "true");
		p->bad |= look(p) != '\n' && look(p) != '#' && look(p) != ';';
	}
	if (p->bad || p->section.len < sizeof(import) ||
	    memcmp(p->section.data, import, sizeof(import) - 1) != 0) {
		return;
	}
	vv_buf_put(&p->lines, p->section.data, p->section.len);
	vv_buf_putc(&p->lines, '.');
	for (size_t i = 0; i < len; i++) {
		vv_buf_putc(&p->lines, vv_to_lower(key[i]));
	}
	vv_buf_putc(&p->lines, '\n');
	vv_buf_put(&p->lines, vv_buf_cstr(&p->value), p->value.len);
	vv_buf_putc(&p->lines, '\0');
}

static vv_status read_file(vv_linked *l, const char *bytes, size_t len, vv_error *err)
{
	parsing p = {.at = bytes, .end = bytes + len};
	vv_status rc;

	p.bad = memchr(bytes, '\0', len) != NULL;
	while (!p.bad && p.at < p.end) {
		const char c = *p.at;

		if (vv_is_space(c)) {
			p.at++;
		} else if (c == '#' || c == ';') {
			skip_line(&p);
		} else if (c == '[') {
			p.at++;
			take_section(&p);
		} else {
			take_key(&p);
		}
	}
	if ((rc = vv_buf_ok(&p.section, err)) < 0 || (rc = vv_buf_ok(&p.value, err)) < 0 ||
	    (rc = vv_buf_ok(&p.lines, err)) < 0) {
		goto done;
	}
	if (!p.bad && p.lines.len > 0) {
		rc = take_lines(l, &(lines){p.lines.data, p.lines.len}, err);
	}
done:
	vv_buf_clear(&p.section);
	vv_buf_clear(&p.value);
	vv_buf_clear(&p.lines);
	return rc;
}

/* One that was not looked at before. */
static vv_status see_file(vv_linked *l, const git_oid *id, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_object_header(l->repo, id, &type, &size, err);

	if (rc < 0 || type != GIT_OBJECT_BLOB || size > FILE_MAX) return rc;
	rc = vv_object_read(l->repo, id, GIT_OBJECT_BLOB, FILE_MAX, &object, err);
	if (rc == VV_OK && may_link(git_odb_object_data(object), git_odb_object_size(object))) {
		rc = read_file(l, git_odb_object_data(object), git_odb_object_size(object), err);
	}
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
