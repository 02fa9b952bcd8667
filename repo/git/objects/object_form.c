/*
 * object_form: the checks of git fsck that keep a repository usable and its owner safe.
 *
 * Faults that git fsck only warns of are accepted, since old histories have many: modes with
 * leading zeros, odd names of authors. Sources: git-fsck(1), "fsck messages"; Git's fsck.c for the
 * order of names.
 */
#include "repo/git/objects/object_form.h"

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/walker.h"

static vv_status bad_object(vv_git_type type, const git_oid *id, const char *what, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the %s %s %s", git_object_type2string((git_object_t)type),
		       vv_git_shows(id), what);
}

/* --- trees ---------------------------------------------------------------------------- */

/* The receiver of links. */
typedef struct links {
	vv_git_link_fn fn;
	void *payload;
} links;

typedef struct name {
	const char *text;
	size_t len;
} name;

/* The files that a folder yet to come could have the name of: each the beginning of the
 * next one. Between "a" and the folder "a" (sorted as "a/") there may be "a-b". */
typedef struct names {
	name *list;
	size_t count, cap;
} names;

static void names_clear(names *n)
{
	vv_free(n->list);
}

VV_AUTO_CLEAR(names, names_clear)

static vv_status push_name(names *n, const vv_tree_cursor *e, vv_error *err)
{
	return vv_array_add(n->list, n->count, n->cap, (name){e->name, e->name_len})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static bool name_clashes(names *n, const vv_tree_cursor *e)
{
	while (n->count > 0 &&
	       (n->list[n->count - 1].len > e->name_len ||
		memcmp(n->list[n->count - 1].text, e->name, n->list[n->count - 1].len) != 0)) {
		n->count--;
	}
	return vv_mode_is_tree(e->mode) && n->count > 0 && n->list[n->count - 1].len == e->name_len;
}

static bool is_known_mode(uint32_t mode)
{
	switch (mode & 0170000) {
	case 0100000:
		return true;
	case 0040000:
	case 0120000:
	case 0160000:
		return (mode & 07777) == 0;
	default:
		return false;
	}
}

/* The name has neither a NUL nor a '/', and at least one byte. */
const char *vv_git_entry_fault(const vv_tree_cursor *e)
{
	if (e->name[0] == '.' && (e->name_len == 1 || (e->name_len == 2 && e->name[1] == '.'))) {
		return "has an entry '.' or '..'";
	}
	if (vv_path_is_dot_git(e->name, e->name_len)) {
		return "has an entry that some file systems treat as '.git'";
	}
	if (!is_known_mode(e->mode)) {
		return "has an entry of an unknown kind (not a file, link, folder or submodule)";
	}
	return git_oid_is_zero(&e->id) ? "has an entry with the id 000...0" : NULL;
}

static vv_status check_tree(const git_oid *id, const char *bytes, size_t len, const links *l,
			    vv_error *err)
{
	vv_tree_cursor at = {.p = bytes, .end = bytes + len, .tree = id}, before;
	vv_auto(names) files = {NULL, 0, 0};
	const char *fault;

	vv_status rc = len > 0 ? vv_tree_cursor_next(&at, err) : VV_OK;
	while (rc == VV_OK && at.valid) {
		before = at;
		if ((fault = vv_git_entry_fault(&at))) {
			return bad_object(VV_GIT_TREE, id, fault, err);
		}
		if (name_clashes(&files, &at)) {
			return bad_object(VV_GIT_TREE, id, "has a name twice", err);
		}
		if ((!vv_mode_is_tree(at.mode) && (rc = push_name(&files, &at, err)) < 0) ||
		    ((at.mode & 0170000) != 0160000 && (rc = l->fn(l->payload, &at.id, err)) < 0) ||
		    (rc = vv_tree_cursor_next(&at, err)) < 0) {
			return rc;
		}
		if (at.valid && vv_tree_cursor_compare(&before, &at) >= 0) {
			return bad_object(VV_GIT_TREE, id,
					  vv_tree_cursor_compare(&before, &at) == 0
						  ? "has a name twice"
						  : "has names that are not in order",
					  err);
		}
	}
	return rc;
}

/* --- commits and tags ------------------------------------------------------------------- */

/* Takes "<key> <value>\n" with a value of at least one byte. */
static bool take_line(vv_header_lines *in, const char *key, const char **value, size_t *value_len)
{
	size_t key_len = strlen(key);
	const char *eol = in->p < in->end ? memchr(in->p, '\n', (size_t)(in->end - in->p)) : NULL;

	if (!eol || (size_t)(eol - in->p) < key_len + 2 || memcmp(in->p, key, key_len) != 0 ||
	    in->p[key_len] != ' ') {
		return false;
	}
	*value = in->p + key_len + 1;
	*value_len = (size_t)(eol - *value);
	in->p = eol + 1;
	return true;
}

/* *rc: of telling the links. */
static const char *commit_fault(vv_header_lines in, const links *l, vv_status *rc, vv_error *err)
{
	const char *value;
	git_oid id;
	size_t len;

	if (!vv_header_take_id(&in, "tree", &id)) return "does not begin with its tree";
	*rc = l->fn(l->payload, &id, err);
	while (*rc == VV_OK && vv_header_take_id(&in, "parent", &id)) {
		*rc = l->fn(l->payload, &id, err);
	}
	if (*rc < 0) return NULL;
	if (!take_line(&in, "author", &value, &len)) return "lacks its author line";
	return take_line(&in, "committer", &value, &len) ? NULL : "lacks its committer line";
}

static const char *tag_fault(vv_header_lines in, const links *l, vv_status *rc, vv_error *err)
{
	const char *value;
	git_oid id;
	size_t len;

	if (!vv_header_take_id(&in, "object", &id)) return "does not begin with its object";
	if ((*rc = l->fn(l->payload, &id, err)) < 0) return NULL;
	if (!take_line(&in, "type", &value, &len) ||
	    !((len == 6 && memcmp(value, "commit", 6) == 0) ||
	      (len == 4 && memcmp(value, "tree", 4) == 0) ||
	      (len == 4 && memcmp(value, "blob", 4) == 0) ||
	      (len == 3 && memcmp(value, "tag", 3) == 0))) {
		return "lacks a valid line with the kind of its object";
	}
	return take_line(&in, "tag", &value, &len) ? NULL : "has no name";
}

/* A NUL there would hide what follows from programs in C. */
static bool has_nul(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !(bytes[i] == '\n' && i + 1 < len && bytes[i + 1] == '\n');
	     i++) {
		if (bytes[i] == '\0') return true;
	}
	return false;
}

vv_status vv_git_form_check(vv_git_type type, const git_oid *id, const void *bytes, size_t len,
			    vv_git_link_fn link, void *payload, vv_error *err)
{
	vv_header_lines in = {bytes, (const char *)bytes + len};
	links l = {link, payload};
	const char *fault = NULL;
	vv_status rc = VV_OK;

	switch (type) {
	case VV_GIT_TREE:
		return check_tree(id, bytes, len, &l, err);
	case VV_GIT_COMMIT:
		fault = has_nul(bytes, len) ? "has a NUL byte in its headers"
					    : commit_fault(in, &l, &rc, err);
		break;
	case VV_GIT_TAG:
		fault = has_nul(bytes, len) ? "has a NUL byte in its headers"
					    : tag_fault(in, &l, &rc, err);
		break;
	case VV_GIT_BLOB:
		break;
	default:
		return vv_fail(err, VV_ECORRUPT, "an object of an unknown kind");
	}
	return fault ? bad_object(type, id, fault, err) : rc;
}
