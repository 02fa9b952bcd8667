/*
 * remote: where the configuration keeps remotes.
 */
#include "lib/remotes/remote.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/signature/did.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs.h"
#include "repo/git/ref_name.h"
#include "repo/git/run_git.h"
#include "transport/line/url.h"
#include "transport/protocol/connect.h"

/* --- refspecs -------------------------------------------------------------------------- */

vv_status vv_refspec_read(vv_refspec *out, const char *text, vv_error *err)
{
	const char *start = text + (text[0] == '+');
	const char *colon = strchr(start, ':');
	size_t len = colon ? (size_t)(colon - start) : strlen(start);

	*out = (vv_refspec){.force = text[0] == '+',
			    .from = vv_strndup(start, len),
			    .to = colon ? vv_strdup(colon + 1) : NULL};
	if (!out->from || (colon && !out->to)) {
		vv_refspec_clear(out);
		return vv_fail_nomem(err);
	}
	const char *star = strchr(out->from, '*'), *star_to = out->to ? strchr(out->to, '*') : NULL;
	bool twice = (star && strchr(star + 1, '*')) || (star_to && strchr(star_to + 1, '*'));
	if (twice || (out->to && (star != NULL) != (star_to != NULL)) ||
	    (colon && strchr(colon + 1, ':'))) {
		vv_refspec_clear(out);
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is not a refspec\n"
			"a refspec is FROM:TO, as in main:main, with one * on both sides or none",
			vv_text_shows(text));
	}
	return VV_OK;
}

void vv_refspec_clear(vv_refspec *s)
{
	vv_free_all(s->from, s->to);
	memset(s, 0, sizeof(*s));
}

char *vv_refspec_map(const vv_refspec *s, const char *name, vv_status *rc)
{
	const char *star = strchr(s->from, '*');
	vv_buf b = VV_BUF_INIT;

	*rc = VV_OK;
	if (!s->to || s->to[0] == '\0') return NULL;
	if (!star) {
		if (strcmp(s->from, name) != 0) return NULL;
		vv_buf_puts(&b, s->to);
	} else {
		size_t before = (size_t)(star - s->from), after = strlen(star + 1),
		       len = strlen(name);
		if (len < before + after || strncmp(name, s->from, before) != 0 ||
		    strcmp(name + len - after, star + 1) != 0) {
			return NULL;
		}
		const char *to_star = strchr(s->to, '*');
		vv_buf_put(&b, s->to, (size_t)(to_star - s->to));
		vv_buf_put(&b, name + before, len - before - after);
		vv_buf_puts(&b, to_star + 1);
	}
	char *out = vv_buf_detach(&b);
	*rc = out ? VV_OK : VV_ENOMEM;
	return out;
}

/* --- reading the configuration ---------------------------------------------------------- */

char *vv_remote_key(const char *name, const char *key)
{
	return vv_asprintf("remote.%s.%s", name, key);
}

/* One of a remote's settings, whose name ends with key. */
static vv_status take_setting(vv_remote *m, const char *key, const char *value, vv_error *err)
{
	const bool url = strcmp(key, "url") == 0, push = strcmp(key, "pushurl") == 0;

	m->url_count += url;
	m->push_url_count += push;
	if ((url && m->url) || (push && m->push_url)) return VV_OK; /* git fetches from the first */
	char **one = NULL;

	if (url) {
		one = &m->url;
	} else if (push) {
		one = &m->push_url;
	} else if (strcmp(key, "varve") == 0) {
		one = &m->program;
	} else if (strcmp(key, "varvekind") == 0) {
		one = &m->kind;
	} else if (strcmp(key, "varvename") == 0) {
		one = &m->found_by;
	}
	if (one) {
		return vv_text_set(one, value, err);
	}
	if (strcmp(key, "fetch") == 0) {
		vv_refspec *list = vv_realloc_array(m->fetch, m->fetch_count + 1, sizeof(*list));
		if (!list) return vv_fail_nomem(err);
		m->fetch = list;
		vv_status rc = vv_refspec_read(&m->fetch[m->fetch_count], value, err);
		m->fetch_count += rc == VV_OK;
		return rc < 0 ? vv_prefix(err, "remote.%s.fetch", m->name) : rc;
	}
	vv_string_list *list = NULL;

	if (strcmp(key, "peers") == 0) {
		list = &m->peers;
	} else if (strcmp(key, "varveurl") == 0) {
		list = &m->blocks_urls;
	}
	return list ? vv_string_list_add(list, vv_strdup(value), err) : VV_OK;
}

static vv_status on_setting(void *payload, const char *name, const char *value,
			    const char *level VV_UNUSED, vv_error *err)
{
	vv_remote *m = payload;
	size_t len = strlen(m->name);

	if (strncmp(name, "remote.", 7) != 0 || strncmp(name + 7, m->name, len) != 0 ||
	    name[7 + len] != '.') {
		return VV_OK;
	}
	return take_setting(m, name + 8 + len, value ? value : "", err);
}

static bool is_current(const char *folder)
{
	struct stat here, there;

	return stat(".", &here) == 0 && stat(folder, &there) == 0 && here.st_dev == there.st_dev &&
	       here.st_ino == there.st_ino;
}

/* Is the URL a name of the form KEY/NAME (lib/heads/named.h), not a path? */
static bool begins_with_key(const char *url)
{
	uint8_t key[VV_KEY_PUBLIC];
	const char *slash = strchr(url, '/');

	return slash && vv_did_key_read(key, url, (size_t)(slash - url));
}

/* A word without '/' may be a remote's name. */
static vv_status from_top(char **url, const char *top, bool may_be_name, vv_error *err)
{
	vv_auto(vv_url) u = {0};

	if (!*url || vv_path_is_absolute(*url) || strncmp(*url, "file:", 5) == 0 ||
	    (may_be_name && !strchr(*url, '/')) || begins_with_key(*url) ||
	    vv_url_read(&u, *url, VV_IGNORED) < 0 || u.kind != VV_URL_PATH) {
		return VV_OK;
	}
	char *whole = vv_path_join(top, *url, (char *)NULL);
	if (!whole) return vv_fail_nomem(err);
	vv_free(*url);
	*url = whole;
	return VV_OK;
}

/* As in git, relative paths in settings begin at the top of the work tree, or at a bare repository. */
static vv_status settle_paths(vv_remote *m, const vv_repository *r, vv_error *err)
{
	const char *work = vv_repository_workdir(r), *top = work ? work : vv_repository_gitdir(r);
	vv_status rc;

	if (is_current(top)) return VV_OK;
	if ((rc = from_top(&m->url, top, false, err)) < 0 ||
	    (rc = from_top(&m->push_url, top, false, err)) < 0) {
		return rc;
	}
	vv_array_each(m->peers.items, m->peers.count, it) {
		if ((rc = from_top(it, top, true, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Does the word look like a URL, or name an existing folder? */
static bool is_place(const char *word)
{
	return strstr(word, "://") || strchr(word, '/') || strchr(word, ':') ||
	       strcmp(word, ".") == 0 || strcmp(word, "..") == 0 || vv_connect_finds(word);
}

static vv_status no_remote(vv_repository *r, const char *word, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};

	vv_fail(err, VV_ENOTFOUND, "no remote or folder is named '%s'", vv_text_shows(word));
	vv_nearest near = vv_nearest_to(word);
	if (vv_remote_names(&names, r, VV_IGNORED) == VV_OK) {
		vv_array_each(names.items, names.count, name) {
			(void)vv_nearest_try(&near, *name);
		}
		if (near.best) {
			vv_hint(err, "did you mean '%s'?", vv_text_shows(near.best));
		} else {
			vv_hint_code(err, VV_HINT_REMOTE_ADD, word);
		}
	}
	return VV_ENOTFOUND;
}

vv_status vv_remote_find(vv_remote *out, vv_repository *r, const char *word, vv_error *err)
{
	vv_status rc = VV_OK;

	*out = (vv_remote){.name = vv_strdup(word)};
	if (!out->name) return vv_fail_nomem(err);
	if (r) {
		rc = vv_config_each(r, "remote.", on_setting, out, err);
		rc = rc < 0 ? rc : settle_paths(out, r, err);
	}
	if (rc == VV_OK && !out->url) {
		vv_free(out->name);
		out->name = NULL;
		if (!is_place(word)) {
			rc = r ? no_remote(r, word, err)
			       : vv_fail(err, VV_ENOTFOUND, "no such folder '%s'",
					 vv_text_shows(word));
		} else if (!(out->url = vv_strdup(word))) {
			rc = vv_fail_nomem(err);
		}
	}
	if (rc < 0) {
		vv_remote_clear(out);
	}
	return rc;
}

void vv_remote_clear(vv_remote *m)
{
	vv_array_clear(m->fetch, m->fetch_count, it, vv_refspec_clear(it));
	vv_string_list_clear(&m->peers);
	vv_string_list_clear(&m->blocks_urls);
	vv_free_all(m->name, m->url, m->push_url, m->program, m->kind, m->found_by);
	memset(m, 0, sizeof(*m));
}

/* --- where a push goes ------------------------------------------------------------------ */

/* Settings url.*.insteadOf and url.*.pushInsteadOf. */
typedef struct rewriting {
	bool any, push; /* there are some; some of them are for pushes alone */
} rewriting;

static vv_status see_rewriting(void *payload, const char *name, const char *value VV_UNUSED,
			       const char *level VV_UNUSED, vv_error *err VV_UNUSED)
{
	rewriting *found = payload;

	found->any |= strncmp(name, "url.", 4) == 0;
	found->push |= strncmp(name, "url.", 4) == 0 && vv_path_ends(name, ".pushinsteadof");
	return VV_OK;
}

/* The URLs of m, as git connects to them. */
static vv_status ask_git(vv_string_list *out, vv_repository *r, const vv_remote *m, bool push,
			 vv_error *err)
{
	const char *args[] = {"remote", "get-url", push ? "--push" : "--no-push", "--all", "--",
			      m->name,  NULL};
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	const vv_git_call call = {.args = args, .repo = r, .output = &lines};
	vv_status rc = vv_git_must(&call, "the URLs of a remote", err);

	for (vv_line l = {.rest = vv_buf_cstr(&lines)}; rc == VV_OK && vv_line_next(&l);) {
		rc = vv_string_list_add(out, vv_strndup(l.text, l.len), err);
	}
	return rc;
}

/* What a push to a URL that is no remote's meets: of all that fit, the longest url.<base>.pushInsteadOf. */
typedef struct typed_push {
	const char *url; /* typed */
	size_t begin;    /* bytes of it that `base` replaces; 0: none */
	vv_buf base;
} typed_push;

static vv_status see_push_base(void *payload, const char *name, const char *value,
			       const char *level VV_UNUSED, vv_error *err)
{
	static const char key[] = ".pushinsteadof";
	typed_push *t = payload;
	const size_t len = value ? strlen(value) : 0;

	if (len <= t->begin || !vv_path_ends(name, key) || strncmp(t->url, value, len) != 0) {
		return VV_OK;
	}
	t->begin = len;
	vv_buf_set(&t->base, name + 4, strlen(name) - 4 - strlen(key));
	return vv_buf_ok(&t->base, err);
}

/* Adds to out where `git push URL` connects. 'git remote get-url' accepts only remotes. */
static vv_status rewrite_typed(vv_string_list *out, vv_repository *r, const char *url,
			       vv_error *err)
{
	typed_push t = {.url = url, .base = VV_BUF_INIT};
	vv_status rc = vv_config_each(r, "url.", see_push_base, &t, err);

	if (rc == VV_OK && t.begin > 0) {
		vv_buf_puts(&t.base, url + t.begin);
		rc = vv_string_list_add(out, vv_buf_detach(&t.base), err);
	}
	vv_buf_clear(&t.base);
	return rc;
}

static vv_status find_rewriting(rewriting *out, vv_repository *r, vv_error *err)
{
	*out = (rewriting){.any = false};
	return vv_config_each(r, "url.", see_rewriting, out, err);
}

/* May `git push NAME` send elsewhere than `git fetch NAME` reads? */
static bool push_may_differ(const vv_remote *m, const rewriting *found)
{
	return m->name && (m->url_count > 1 || m->push_url_count > 0 || found->push);
}

vv_status vv_remote_push_urls(vv_string_list *out, vv_repository *r, const vv_remote *m,
			      vv_error *err)
{
	rewriting found;

	if (!m->name) return rewrite_typed(out, r, m->url, err);
	const vv_status rc = find_rewriting(&found, r, err);
	return rc < 0 || !push_may_differ(m, &found) ? rc : ask_git(out, r, m, true, err);
}

/* Is url, where git connects, also where it fetches from m? */
static vv_status is_read(bool *out, vv_repository *r, const vv_remote *m, const char *url,
			 const rewriting *found, vv_error *err)
{
	vv_auto(vv_string_list) urls = {0};
	vv_status rc;

	*out = strcmp(m->url, url) == 0;
	if (!found->any || !m->name) return VV_OK;
	rc = ask_git(&urls, r, m, false, err);
	*out = rc == VV_OK && urls.count > 0 && strcmp(urls.items[0], url) == 0;
	return rc;
}

vv_status vv_remote_push_only(vv_string_list *out, vv_repository *r, const vv_remote *m,
			      vv_error *err)
{
	vv_auto(vv_string_list) urls = {0};
	rewriting found;
	vv_status rc;

	if ((rc = vv_remote_push_urls(&urls, r, m, err)) < 0 || urls.count == 0 ||
	    (rc = find_rewriting(&found, r, err)) < 0) {
		return rc;
	}
	vv_array_each(urls.items, urls.count, url) {
		bool read;

		if ((rc = is_read(&read, r, m, *url, &found, err)) < 0 ||
		    (!read && (rc = vv_string_list_add(out, vv_strdup(*url), err)) < 0)) {
			return rc;
		}
	}
	return VV_OK;
}

/* The kind of the remote is the same at another URL of the same machine: a Git host is one by each way to it. */
static bool shares_kind(const vv_remote *m, const char *url)
{
	vv_auto(vv_url) a = {0}, b = {0};

	if (vv_url_read(&a, m->url, VV_IGNORED) < 0 || vv_url_read(&b, url, VV_IGNORED) < 0) {
		return false;
	}
	if (a.host && b.host && vv_ascii_equal(a.host, b.host)) {
		return strcmp(m->kind, "git") == 0 || (a.kind == b.kind && a.port == b.port);
	}
	return !a.host && !b.host;
}

vv_status vv_remote_push_at(vv_remote *m, vv_repository *r, const char *url, vv_error *err)
{
	rewriting found;
	bool read;
	vv_status rc;

	if ((rc = find_rewriting(&found, r, err)) < 0 ||
	    (rc = is_read(&read, r, m, url, &found, err)) < 0) {
		return rc;
	}
	vv_free(m->push_url);
	m->push_url = NULL;
	if (read && !push_may_differ(m, &found)) return VV_OK;
	if (m->kind && !read && !shares_kind(m, url)) {
		vv_free(m->kind);
		m->kind = NULL;
	}
	m->exact = true;
	if ((rc = vv_text_set(&m->url, url, err)) < 0) return rc;
	return settle_paths(m, r, err);
}

static void warn_of_error(vv_repository *r, vv_error *why)
{
	const vv_notes *notes = vv_repository_notes(r);

	vv_notes_word(notes, why);
	vv_notes_warn(notes, "%s%s%s", why->message, why->hint[0] ? ": " : "", why->hint);
}

vv_status vv_remote_push_each(vv_remote *m, vv_repository *r, vv_remote_place_fn fn, void *payload,
			      vv_error *err)
{
	vv_auto(vv_string_list) urls = {0};
	vv_auto(char) *name = vv_strdup(m->name ? m->name : m->url);
	vv_error first = {.code = VV_OK}, why;
	vv_status rc = vv_remote_push_urls(&urls, r, m, err);

	if (rc < 0) return rc;
	if (urls.count == 0) return fn(payload, err);
	if (!name) return vv_fail_nomem(err);
	vv_array_each(urls.items, urls.count, url) {
		vv_remote_clear(m);
		if ((rc = vv_remote_find(m, r, name, err)) < 0 ||
		    (rc = vv_remote_push_at(m, r, *url, err)) < 0) {
			return rc;
		}
		rc = fn(payload, &why);
		if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return vv_error_copy(err, &why);
		if (rc < 0 && first.code == VV_OK) {
			first = why;
		} else if (rc < 0 && strcmp(first.message, why.message) != 0) {
			warn_of_error(r, &why);
		}
	}
	return first.code < 0 ? vv_error_copy(err, &first) : VV_OK;
}

/* --- names ------------------------------------------------------------------------------ */

static vv_status add_name(void *payload, const char *name, const char *value VV_UNUSED,
			  const char *level VV_UNUSED, vv_error *err)
{
	vv_string_list *l = payload;
	const char *end = strrchr(name, '.');

	if (strncmp(name, "remote.", 7) != 0 || !end || strcmp(end, ".url") != 0 ||
	    end <= name + 7) {
		return VV_OK;
	}
	vv_auto(char) *own = vv_strndup(name + 7, (size_t)(end - (name + 7)));
	return own && vv_array_find(l->items, l->count, it, strcmp(*it, own) == 0)
		       ? VV_OK
		       : vv_string_list_add(l, vv_take(&own), err);
}

vv_status vv_remote_names(vv_string_list *out, vv_repository *r, vv_error *err)
{
	const vv_status rc = vv_config_each(r, "remote.", add_name, out, err);

	if (rc < 0) return rc;
	if (out->count > 1) {
		qsort(out->items, out->count, sizeof(*out->items), vv_text_order);
	}
	return VV_OK;
}

static vv_status branch_setting(char **out, vv_repository *r, const char *branch, const char *key,
				vv_error *err)
{
	*out = NULL;
	if (!branch || strncmp(branch, "refs/heads/", 11) != 0) return VV_ENOTFOUND;
	vv_auto(char) *name = vv_asprintf("branch.%s.%s", branch + 11, key);
	return name ? vv_config_string(r, name, out, err) : vv_fail_nomem(err);
}

vv_status vv_remote_default(char **name, vv_repository *r, const char *branch, bool push,
			    vv_error *err)
{
	vv_auto(vv_string_list) list = {0};
	vv_status rc;

	*name = NULL;
	if ((push && branch_setting(name, r, branch, "pushremote", VV_IGNORED) == VV_OK) ||
	    (push && vv_config_string(r, "remote.pushdefault", name, VV_IGNORED) == VV_OK) ||
	    (branch_setting(name, r, branch, "remote", VV_IGNORED) == VV_OK)) {
		return VV_OK;
	}
	if ((rc = vv_remote_names(&list, r, err)) < 0) return rc;
	char **origin = vv_array_find(list.items, list.count, it, strcmp(*it, "origin") == 0);
	const char *pick = NULL;

	if (origin) {
		pick = *origin;
	} else if (list.count == 1) {
		pick = list.items[0];
	}
	if (!pick) {
		vv_fail(err, VV_ENOTFOUND,
			list.count == 0 ? "no remote is configured"
					: "it is not clear which remote is meant");
		rc = list.count == 0 ? vv_hint_code(err, VV_HINT_REMOTE_ADD, "origin")
				     : vv_hint_code(err, VV_HINT_REMOTES);
	} else {
		*name = vv_strdup(pick);
		rc = *name ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

vv_status vv_remote_tracking(char **out, const vv_remote *m, const char *branch, vv_error *err)
{
	vv_status rc = VV_OK;

	*out = NULL;
	for (size_t i = 0; rc == VV_OK && !*out && i < m->fetch_count; i++) {
		*out = vv_refspec_map(&m->fetch[i], branch, &rc);
	}
	return rc < 0 ? vv_fail_nomem(err) : VV_OK;
}

/* --- the commits of branches ------------------------------------------------------------------ */

static vv_status add_commit(void *payload, const vv_ref *ref, vv_error *err)
{
	const bool has = !vv_oid_is_null(&ref->commit) &&
			 strncmp(ref->name, "refs/varve/", 11) != 0;

	return has ? vv_oids_add(payload, &ref->commit, err) : VV_OK;
}

/* Refspecs may write to any folder of refs, and may have been others before. */
static vv_status add_tracked(vv_oids *tips, vv_repository *r, const vv_remote *m, vv_error *err)
{
	vv_auto(vv_buf) folder = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&folder, "refs/remotes/%s/", m->name);
	if ((rc = vv_buf_ok(&folder, err)) < 0 ||
	    (rc = vv_refs_each(r, vv_buf_cstr(&folder), add_commit, tips, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < m->fetch_count; i++) {
		const char *to = m->fetch[i].to ? m->fetch[i].to : "";
		vv_auto(char) *prefix = vv_strndup(to, strcspn(to, "*"));

		if (!prefix) return vv_fail_nomem(err);
		if (*prefix && strncmp(prefix, vv_buf_cstr(&folder), folder.len) != 0) {
			rc = vv_refs_each(r, prefix, add_commit, tips, err);
		}
	}
	return rc;
}

vv_status vv_remote_tracked_tips(vv_oids *tips, vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(vv_remote) m = {0};
	const vv_status rc = vv_remote_find(&m, r, name, err);

	return rc < 0 ? rc : add_tracked(tips, r, &m, err);
}

vv_status vv_remote_branch_tips(vv_oids *tips, vv_repository *r, const vv_remote *m, vv_error *err)
{
	const vv_status rc = vv_ref_tips_list(tips, r, "refs/heads/", err);

	return rc < 0 || !m->name ? rc : add_tracked(tips, r, m, err);
}

/* --- whose a tracking branch is ----------------------------------------------------------- */

vv_status vv_remote_owns(bool *out, const vv_remote *m, const char *ref, vv_error *err)
{
	*out = false;
	for (size_t i = 0; i < m->fetch_count && !*out; i++) {
		const vv_refspec back = {m->fetch[i].to, m->fetch[i].from, false};
		vv_status rc = VV_OK;
		vv_auto(char) *from = back.from && back.to ? vv_refspec_map(&back, ref, &rc) : NULL;

		if (rc < 0) return vv_fail_nomem(err);
		*out = from != NULL;
	}
	return VV_OK;
}

/* The last part of a URL or path, in letters that any ref may have. */
static void put_end(vv_buf *b, const char *url)
{
	size_t end = strcspn(url, "?#"), at;

	while (end > 0 && url[end - 1] == '/') {
		end--;
	}
	for (at = end; at > 0 && !strchr("/:", url[at - 1]);) {
		at--;
	}
	if (end - at > 4 && strncmp(url + end - 4, ".git", 4) == 0) {
		end -= 4;
	}
	for (size_t i = at; i < end; i++) {
		const bool plain = vv_is_alnum(url[i]) || url[i] == '_';
		vv_buf_putc(b, plain ? url[i] : '-');
	}
	vv_buf_puts(b, at == end ? "peer" : "");
}

vv_status vv_remote_peer_folder(vv_buf *out, vv_repository *r, const vv_remote *peer, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_auto(vv_string_list) all = {0};
	vv_status rc;

	if (peer->name) {
		vv_buf_puts(&name, peer->name);
	} else {
		put_end(&name, peer->url);
		if ((rc = vv_remote_names(&all, r, err)) < 0) return rc;
	}
	const bool taken = vv_array_find(all.items, all.count, it,
					 strcmp(*it, vv_buf_cstr(&name)) == 0);
	vv_buf_printf(out, "refs/remotes/%s%s/", taken ? "peer-" : "", vv_buf_cstr(&name));
	return vv_buf_ok(out, err);
}
