/*
 * host_refs: what 'git ls-remote' prints.
 */
#include "lib/remotes/host_refs.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/ref_name.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"

static vv_status bad_line(const vv_host_refs *x, vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "the list of the refs of '%s' is damaged",
		       vv_text_url(x->url));
}

static vv_status add_to(vv_remote_ref **list, size_t *count, size_t *cap, vv_host_refs *x,
			const char *name, size_t len, const vv_oid *id, vv_error *err)
{
	const vv_remote_ref r = {.name = vv_arena_strndup(&x->arena, name, len),
				 .id = *id,
				 .peeled = *id,
				 .whole = true};

	return r.name && vv_array_add(*list, *count, *cap, r) ? VV_OK : vv_fail_nomem(err);
}

static vv_status add_ref(vv_host_refs *x, const char *name, size_t len, const vv_oid *id,
			 vv_error *err)
{
	vv_hello *h = &x->hello;

	return h->ref_count == VV_REFS_MAX
		       ? vv_fail(err, VV_EREFUSED, "'%s' has more than %u refs",
				 vv_text_url(x->url), VV_REFS_MAX)
		       : add_to(&h->refs, &h->ref_count, &x->ref_cap, x, name, len, id, err);
}

/* Only the first of very many: they are fetched only by name. */
static vv_status add_other(vv_host_refs *x, const char *name, size_t len, const vv_oid *id,
			   vv_error *err)
{
	vv_hello *h = &x->hello;

	return h->other_count == VV_REFS_MAX
		       ? VV_OK
		       : add_to(&h->others, &h->other_count, &x->other_cap, x, name, len, id, err);
}

/* A signed head, of which a host has few. */
static vv_status add_head(vv_host_refs *x, const char *name, size_t len, const vv_oid *id,
			  vv_error *err)
{
	vv_hello *h = &x->hello;

	return h->head_count == VV_HELLO_HEADS
		       ? vv_fail(err, VV_EREFUSED, "'%s' has more than %u signed heads",
				 vv_text_url(x->url), VV_HELLO_HEADS)
		       : add_to(&h->heads, &h->head_count, &x->head_cap, x, name, len, id, err);
}

/* How much of the name is a folder of branches, of tags, or of other refs that may be fetched, if what follows is fit to
 * be a name; else 0. */
static size_t folder_of(const char *name, size_t len)
{
	static const char *const folders[] = {"refs/heads/", "refs/tags/", "refs/"};
	size_t skip = 0;
	vv_auto(vv_buf) text = VV_BUF_INIT;

	for (size_t i = 0; skip == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		const size_t n = strlen(folders[i]);
		skip = len > n && strncmp(name, folders[i], n) == 0 ? n : 0;
	}
	if (strncmp(name, "refs/varve/", 11) == 0) return 0;
	vv_buf_put(&text, name + skip, len - skip);
	if (text.failed || vv_ref_name_check(vv_buf_cstr(&text), VV_IGNORED) < 0) {
		skip = 0;
	}
	return skip;
}

static bool is_name(const char *name, size_t len, const char *is)
{
	return len == strlen(is) && memcmp(name, is, len) == 0;
}

/* "<id>\t<name>", or "ref: <name>\tHEAD". */
static vv_status add_line(vv_host_refs *x, const char *line, size_t len, vv_error *err)
{
	const char *tab = memchr(line, '\t', len), *name = tab ? tab + 1 : NULL;
	size_t name_len = tab ? len - (size_t)(name - line) : 0;
	vv_hello *h = &x->hello;
	vv_oid id;

	if (!tab) return bad_line(x, err);
	if (strncmp(line, "ref: ", 5) == 0) {
		if (name_len == 4 && strncmp(name, "HEAD", 4) == 0) {
			h->head = vv_arena_strndup(&x->arena, line + 5, (size_t)(tab - line) - 5);
		}
		return VV_OK;
	}
	if (!vv_oid_parse(&id, line, (size_t)(tab - line))) return bad_line(x, err);
	if (is_name(name, name_len, "HEAD")) {
		x->head = id;
		return VV_OK;
	}
	if (is_name(name, name_len, VV_HOST_REF)) {
		x->usual_tip = id;
		return VV_OK;
	}
	if (is_name(name, name_len, VV_HOST_BRANCH)) {
		x->branch_tip = id;
		return VV_OK;
	}
	if (name_len > 3 && strncmp(name + name_len - 3, "^{}", 3) == 0) {
		vv_remote_ref *last = h->ref_count > 0 ? &h->refs[h->ref_count - 1] : NULL;
		if (last && strlen(last->name) == name_len - 3 &&
		    memcmp(last->name, name, name_len - 3) == 0) {
			last->peeled = id;
		}
		return VV_OK;
	}
	if (is_name(name, name_len, VV_EXPIRED_REF) || is_name(name, name_len, VV_EXPIRED_BRANCH)) {
		h->expired = (vv_remote_ref){.name = vv_arena_strndup(&x->arena, name, name_len),
					     .id = id,
					     .peeled = id};
		return h->expired.name ? VV_OK : vv_fail_nomem(err);
	}
	if (vv_ref_is_hosts_head(name, name_len)) {
		return add_head(x, name, name_len, &id, err);
	}
	switch (folder_of(name, name_len)) {
	case 0:
		return VV_OK;
	case 5: /* "refs/" */
		return add_other(x, name, name_len, &id, err);
	default:
		return add_ref(x, name, name_len, &id, err);
	}
}

/* Parts of such a repository cannot be requested: each fetch would read single files, endlessly with
 * git's own filters. */
static vv_status refuse_dumb(const vv_host_refs *x, vv_error *err)
{
	return vv_fail(
		err, VV_ENOSUPPORT,
		"'%s' is a plain web server, without varve's or Git's protocol\ncopy the folder "
		"and clone the copy; or serve the folder by varve's server or git http-backend",
		vv_text_url(x->url));
}

/* A host makes the first branch that it gets the default one, and that may have been the blocks'. The next is what
 * users mean. A bundle has the commit of HEAD, not its name; a detached HEAD has none. */
static vv_status pass_over_blocks_head(vv_host_refs *x, vv_error *err)
{
	static const char *const usual[] = {"refs/heads/main", "refs/heads/master", "refs/heads/"};
	vv_hello *h = &x->hello;

	x->blocks_head = h->head && strcmp(h->head, VV_HOST_BRANCH) == 0;
	if (!x->blocks_head && (h->head || vv_oid_is_null(&x->head))) return VV_OK;
	h->head = NULL;
	for (size_t k = 0; !h->head && k < sizeof(usual) / sizeof(usual[0]); k++) {
		const size_t len = strlen(usual[k]);
		for (size_t i = 0; !h->head && i < h->ref_count; i++) {
			const char *name = h->refs[i].name;
			if ((x->blocks_head || vv_oid_equal(&h->refs[i].id, &x->head)) &&
			    (usual[k][len - 1] == '/' ? strncmp(name, usual[k], len) == 0
						      : strcmp(name, usual[k]) == 0)) {
				h->head = name;
			}
		}
	}
	if (h->head || x->blocks_head) return VV_OK;
	h->detached = x->head;
	return add_other(x, "HEAD", strlen("HEAD"), &x->head, err);
}

/* git waits for ever at a pipe in place of one of these files of a repository on this machine. */
static vv_status refuse_pipes(const char *word, vv_error *err)
{
	static const char *const folders[] = {"", ".git/"};
	static const char *const names[] = {"HEAD", "packed-refs", "config",
					    "objects/info/alternates"};
	const char *path = strncmp(word, "file://", 7) == 0 ? word + 7 : word;
	struct stat st;

	vv_array_each(folders, 2, folder) {
		vv_array_each(names, 4, name) {
			vv_auto(char) *file = vv_asprintf("%s/%s%s", path, *folder, *name);

			if (!file) return vv_fail_nomem(err);
			if (stat(file, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) {
				return vv_fail(err, VV_ECORRUPT, "'%s' is not a regular file",
					       vv_text_shows(file));
			}
		}
	}
	return VV_OK;
}

vv_status vv_host_refs_read(vv_host_refs *x, const vv_git_call *ask, const char *url,
			    const char *word, const vv_remote_folder *folder, vv_error *err)
{
	/* All refs are requested, which a later protocol takes a second request for. */
	const char *args[] = {"-c", "protocol.version=0", "ls-remote", "-q", "--symref", "--", word,
			      NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT, what = VV_BUF_INIT;
	vv_git_call run = *ask;
	bool dumb = false;

	*x = (vv_host_refs){.url = url, .hello.writable = !folder};
	run.args = args;
	run.output = &out;
	run.dumb = &dumb;
	vv_buf_printf(&what, "'%s'", vv_text_url(url));
	if (folder) {
		vv_remote_folder_refs(folder, &out);
	}
	vv_status rc = vv_buf_ok(&out, err);
	if (rc == VV_OK && out.len == 0 && (rc = refuse_pipes(word, err)) == VV_OK) {
		rc = vv_git_must(&run, vv_buf_cstr(&what), err);
	}
	if (rc == VV_OK && dumb && !folder) {
		rc = refuse_dumb(x, err);
	}
	for (vv_line l = {.rest = vv_buf_cstr(&out)}; rc == VV_OK && vv_line_next(&l);) {
		rc = add_line(x, l.text, l.len, err);
	}
	return rc < 0 ? rc : pass_over_blocks_head(x, err);
}

void vv_host_refs_clear(vv_host_refs *x)
{
	vv_free_all(x->hello.refs, x->hello.others, x->hello.heads);
	vv_arena_clear(&x->arena);
	memset(x, 0, sizeof(*x));
}

/* The tips of the refs that are here. */
static vv_status list_reached(const vv_hello *h, vv_repository *r, vv_oids *out, vv_error *err)
{
	vv_auto_free bool *known = vv_calloc(h->ref_count + 1, sizeof(*known));
	vv_status rc;

	*out = (vv_oids){.items = vv_calloc(h->ref_count + 1, sizeof(*out->items))};
	if (!out->items || !known) return vv_fail_nomem(err);
	for (size_t i = 0; i < h->ref_count; i++) {
		out->items[i] = h->refs[i].peeled;
	}
	if ((rc = vv_commits_known(r, out->items, h->ref_count, known, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < h->ref_count; i++) {
		if (known[i]) {
			out->items[out->count++] = out->items[i];
		}
	}
	return VV_OK;
}

vv_status vv_hello_each_root(const vv_hello *h, vv_repository *r, vv_new_root_fn fn, void *payload,
			     vv_error *err)
{
	vv_auto(vv_oids) ids = {0};
	const vv_status rc = list_reached(h, r, &ids, err);

	return rc < 0 || ids.count == 0
		       ? rc
		       : vv_new_roots_each(r, ids.items, ids.count, NULL, 0, fn, payload, err);
}

static vv_status add_root(void *payload, const vv_new_root *n, vv_error *err)
{
	return n->link || n->expired ? VV_OK : vv_cids_add(payload, &n->root, err);
}

vv_status vv_hello_roots(vv_cids *out, const vv_hello *h, vv_repository *r, vv_error *err)
{
	return vv_hello_each_root(h, r, add_root, out, err);
}

vv_status vv_host_refs_no_roots(const vv_host_refs *x, vv_repository *r, bool *out, vv_error *err)
{
	vv_auto(vv_elsewhere) *elsewhere = NULL;
	vv_auto(vv_whole) whole = {0};
	vv_store_stats here;
	vv_auto(vv_oids) ids = {0};
	vv_store *store;
	size_t i = 0;
	vv_status rc;

	*out = false;
	if ((rc = vv_repository_store(r, &store, err)) < 0 ||
	    (rc = vv_store_stats_get(store, &here, err)) < 0 || here.packs > 0 ||
	    (rc = vv_elsewhere_read(&elsewhere, r, err)) < 0 || vv_elsewhere_next(elsewhere, &i)) {
		return rc;
	}
	if ((rc = list_reached(&x->hello, r, &ids, err)) == VV_OK &&
	    (rc = vv_whole_look(&whole, r, ids.items, ids.count, err)) == VV_OK) {
		*out = whole.all;
	}
	return rc;
}
