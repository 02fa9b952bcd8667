/*
 * reach: which hosts are without varve, and how that shows.
 */
#include "lib/remotes/reach.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/data_store.h"
#include "lib/remotes/remote_folder.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "transport/line/url.h"
#include "transport/places/at_once.h"
#include "transport/places/packs/host.h"

typedef enum kind { UNKNOWN, PEER, GIT, FOLDER } kind;

/* These and their subdomains. */
static const char *const git_hosts[] = {"github.com",     "gitlab.com",       "bitbucket.org",
					"codeberg.org",   "dev.azure.com",    "visualstudio.com",
					"git.sr.ht",      "gitee.com",        "sourceforge.net",
					"sourceforge.io", "savannah.gnu.org", "huggingface.co"};

static bool is_below(const char *host, const char *known)
{
	size_t len = strlen(host), known_len = strlen(known);

	return len >= known_len && vv_ascii_equal(host + len - known_len, known) &&
	       (len == known_len || host[len - known_len - 1] == '.');
}

static vv_status read_kind(const char *text, kind *out, vv_error *err)
{
	if (strcmp(text, "git") == 0) {
		*out = GIT;
	} else if (strcmp(text, "peer") == 0) {
		*out = PEER;
	} else if (strcmp(text, "folder") == 0) {
		*out = FOLDER;
	} else {
		*out = UNKNOWN;
	}
	return *out == UNKNOWN
		       ? vv_fail(err, VV_EUSAGE,
				 "remote.<name>.varveKind must be 'git', 'peer' or 'folder', not '%s'",
				 vv_text_shows(text))
		       : VV_OK;
}

static const char *const blocks_refs[] = {VV_HOST_REF, VV_HOST_BRANCH};

/* Has the repository on this machine a ref of blocks? VV_ENOTFOUND: it has none; another error: that is unknown. */
static vv_status find_blocks_ref(const char *path, const vv_env *env)
{
	vv_auto(vv_repository) *there = NULL;
	vv_status rc = vv_repository_open(&there, path, env, VV_IGNORED) < 0 ? VV_EIO
									     : VV_ENOTFOUND;

	for (size_t i = 0; rc == VV_ENOTFOUND && i < 2; i++) {
		vv_auto(vv_ref) ref = {0};

		rc = vv_ref_get(there, blocks_refs[i], &ref, VV_IGNORED);
	}
	return rc;
}

/* One with varve's own folder is a peer; one only of git with a ref of blocks is a host, as is a bundle. */
static kind kind_of_folder(const char *path, const vv_env *env)
{
	vv_auto(char) *varve = vv_path_join(path, "varve", (char *)NULL),
		      *below = vv_path_join(path, ".git", "varve", (char *)NULL);
	vv_stat st;

	if (vv_lstat(&st, path, VV_IGNORED) == VV_OK && S_ISREG(st.mode)) return GIT;
	if (!varve || !below || vv_exists(varve) || vv_exists(below)) return PEER;
	return vv_exists(path) && find_blocks_ref(path, env) == VV_OK ? GIT : UNKNOWN;
}

/* Has this clone read blocks from a ref there before, or sent some? */
static bool was_host(const vv_transfer *t, const char *url)
{
	vv_auto(char) *dir = t->repo ? vv_host_dir(t->repo, url) : NULL;
	vv_auto(char) *scratch = dir ? vv_path_join(dir, "git", (char *)NULL) : NULL;

	return scratch && vv_exists(scratch);
}

/* Determines the kind without a request. A folder is examined each time. */
static vv_status know_kind(kind *out, vv_transfer *t, const vv_remote *m, const char *url,
			   vv_error *err)
{
	vv_auto(vv_url) u = {0};
	vv_status rc = vv_url_read(&u, url, err);
	const bool folder = rc == VV_OK && u.kind == VV_URL_PATH;
	const vv_env *const env = vv_connect_env(&t->connect);
	vv_auto(char) *bare = folder ? vv_asprintf("%s.git", u.path) : NULL;

	if (!folder) {
		*out = UNKNOWN;
	} else if (vv_folder_path_is(url)) {
		*out = FOLDER;
	} else {
		*out = kind_of_folder(u.path, env);
	}
	if (*out == UNKNOWN && bare && vv_exists(bare)) {
		*out = kind_of_folder(bare, env);
	}
	if (rc < 0 || *out != UNKNOWN) return rc;
	if (m->kind) return read_kind(m->kind, out, err);
	if (u.kind == VV_URL_GIT) {
		*out = GIT;
	} else if (folder) {
		*out = PEER;
	} else {
		*out = UNKNOWN;
	}
	for (size_t i = 0; u.host && i < sizeof(git_hosts) / sizeof(git_hosts[0]); i++) {
		if (is_below(u.host, git_hosts[i])) {
			*out = GIT;
		}
	}
	/* a place that is only pushed to has no setting for this */
	if (*out == UNKNOWN && m->exact && was_host(t, url)) {
		*out = GIT;
	}
	return rc;
}

bool vv_reach_is_host(vv_transfer *t, const vv_remote *m)
{
	kind is;

	return know_kind(&is, t, m, m->url, VV_IGNORED) == VV_OK && (is == GIT || is == FOLDER);
}

/* Stores the kind for later commands. Ignores failures. */
static void remember_kind(const vv_transfer *t, const vv_remote *m, const char *is)
{
	vv_auto(char) *key = m->name && !m->exact && t->repo ? vv_remote_key(m->name, "varveKind")
							     : NULL;

	if (key) {
		(void)vv_config_set(t->repo, key, is, VV_IGNORED);
	}
}

/* take_folder: m as a published folder; NULL: it is a Git host. */
static vv_status reach_host(vv_reached *out, vv_transfer *t, const vv_remote *m,
			    vv_remote_folder *take_folder, bool write, vv_error *err)
{
	vv_status rc = vv_git_host_open(&out->host, t, m, take_folder, write, err);

	if (rc == VV_OK) {
		out->hello = vv_git_host_hello(out->host);
	}
	return rc;
}

static vv_status reach_peer(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write,
			    vv_error *err)
{
	vv_status rc;

	t->foreign = false;
	if ((rc = vv_transfer_connect(t, &out->peer, m, write, err)) == VV_OK) {
		rc = vv_peer_hello(out->peer, &out->hello, err);
	}
	if (rc < 0) {
		vv_peer_close(out->peer);
		out->peer = NULL;
	}
	return rc;
}

/* A far side of which nothing is known: is it a peer (out is set), and has it the files of a folder (so is folder)? */
typedef struct asking {
	vv_reached *out;
	vv_transfer *t;
	const vv_remote *m;
	bool write;
	vv_remote_folder *folder;
	vv_status rc; /* of the peer */
	vv_error why;
} asking;

static vv_status ask_remote(void *payload, size_t i, vv_error *err)
{
	asking *a = payload;

	if (i > 0 || !a->out) return vv_remote_folder_ask(a->folder, a->out ? i - 1 : i, err);
	a->rc = reach_peer(a->out, a->t, a->m, a->write, &a->why);
	if (a->folder && (a->rc == VV_OK || !a->t->foreign)) { /* it is none */
		atomic_store(&a->folder->stopped, true);
	}
	return VV_OK;
}

/* All of it at once. */
static vv_status ask_all(asking *a, vv_error *err)
{
	const bool files = a->folder && a->folder->place.payload;
	const vv_at_once all = {.threads = VV_FOLDER_FIRST + 1,
				.count = (a->out ? 1 : 0) + (files ? VV_FOLDER_FIRST : 0),
				.fn = ask_remote,
				.payload = a};
	return vv_at_once_run(&all, err);
}

/* known: the folder with its first files, or NULL; it is the host's from then on. */
static vv_status reach_folder(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write,
			      vv_remote_folder **known, vv_error *err)
{
	vv_status rc = VV_OK;

	if (write) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is a published folder, which cannot be pushed to\nits owner "
			       "can update it by publishing again",
			       vv_text_url(m->url));
	}
	if (!*known &&
	    (rc = vv_remote_folder_open(known, m->url, true, &t->connect, err)) == VV_OK) {
		rc = ask_all(&(asking){.folder = *known}, err);
	}
	if (rc < 0 || (rc = vv_remote_folder_failed(*known, false, err)) < 0) return rc;
	return reach_host(out, t, m, vv_take(known), write, err);
}

/* The user types a login once, so the search for a folder beside the peer does not require one. */
static bool shows_folder(vv_remote_folder **folder, vv_transfer *t, const vv_remote *m)
{
	if (*folder && (*folder)->locked) {
		vv_remote_folder_close(*folder);
		*folder = NULL;
		if (vv_remote_folder_open(folder, m->url, true, &t->connect, VV_IGNORED) < 0 ||
		    ask_all(&(asking){.folder = *folder}, VV_IGNORED) < 0) {
			return false;
		}
	}
	return *folder && vv_remote_folder_shows(*folder);
}

vv_status vv_reach(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write, vv_error *err)
{
	const bool elsewhere = write && m->push_url; /* a URL of its own, and no folder's */
	vv_auto(vv_buf) held = VV_BUF_INIT;
	vv_auto(vv_remote_folder) *folder = NULL;
	asking a = {.out = out, .t = t, .m = m, .write = write};
	vv_error why;
	kind is;
	vv_status rc = know_kind(&is, t, m, elsewhere ? m->push_url : m->url, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	is = is == FOLDER && elsewhere ? UNKNOWN : is;
	if (is == GIT || is == FOLDER) {
		rc = is == GIT ? reach_host(out, t, m, NULL, write, err)
			       : reach_folder(out, t, m, write, &folder, err);
		if (rc == VV_OK && !m->kind) {
			remember_kind(t, m, is == GIT ? "git" : "folder");
		}
		return rc;
	}
	if (is == UNKNOWN && !elsewhere &&
	    vv_remote_folder_open(&folder, m->url, false, &t->connect, VV_IGNORED) == VV_OK) {
		a.folder = folder;
	}
	t->held = is == UNKNOWN ? &held : NULL;
	rc = ask_all(&a, err);
	t->held = NULL;
	if (rc < 0) return rc;
	if ((rc = a.rc) < 0) {
		*err = a.why;
	}
	if (rc == VV_OK || is != UNKNOWN || !t->foreign) {
		vv_transfer_tell_lines(t, &held);
	} else if (shows_folder(&folder, t, m)) {
		rc = reach_folder(out, t, m, write, &folder, err);
		if (rc == VV_OK) {
			remember_kind(t, m, "folder");
		}
	} else if (folder && vv_remote_folder_failed(folder, true, &why) < 0) {
		vv_transfer_tell_lines(t, &held);
		*err = why; /* git would wait for the same */
		rc = why.code;
	} else if ((rc = reach_host(out, t, m, NULL, write, &why)) == VV_OK) {
		remember_kind(t, m, "git");
	} else {
		vv_transfer_tell_lines(t, &held);
		/* If varve does not answer, git's error for the host counts. A host that denies access
		 * exists. */
		const vv_error peer = *err;
		if (peer.code == VV_EREFUSED && why.code == VV_ENOTFOUND) return peer.code;
		*err = why;
		vv_hint(err, "no varve server answers there either: %s", peer.message);
	}
	return rc;
}

void vv_reached_close(vv_reached *r)
{
	vv_peer_close(r->peer);
	vv_git_host_close(r->host);
	memset(r, 0, sizeof(*r));
}

/* Kinds from rooms above this one. */
typedef struct kind_above {
	const char *scheme, *called;
	vv_suppliers_open_fn open;
} kind_above;

static kind_above kinds[4];
static size_t kind_count;

void vv_reach_add_kind(const char *scheme, const char *called, vv_suppliers_open_fn open)
{
	vv_array_each(kinds, kind_count, it) {
		if (strcmp(it->scheme, scheme) == 0) return;
	}
	assert(kind_count < sizeof(kinds) / sizeof(kinds[0]));
	kinds[kind_count++] = (kind_above){scheme, called, open};
}

/* NULL: it is a remote's name, or a URL of varve's or git's own. */
static const kind_above *kind_of_name(const char *name)
{
	return vv_array_find(kinds, kind_count, it,
			     strncmp(name, it->scheme, strlen(it->scheme)) == 0);
}

const char *vv_reach_shown(const char *name)
{
	const kind_above *k = kind_of_name(name);
	return k && k->called ? k->called : vv_text_url(name);
}

/* On the heap; accepts NULL. */
static void free_remote(vv_remote *m)
{
	if (m) {
		vv_remote_clear(m);
		vv_free(m);
	}
}

vv_status vv_reach_supplier(vv_transfer *t, vv_supplier *out, const char *url, vv_error *err)
{
	const kind_above *k = kind_of_name(url);
	vv_remote *m;
	vv_reached there;
	size_t count;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (k) {
		rc = k->open(t, out, 1, &count, url, err);
		return rc < 0 || count > 0 ? rc
					   : vv_fail(err, VV_ENOTFOUND, "%s serves no blocks",
						     vv_reach_shown(url));
	}
	out->name = url;
	out->id = vv_speed_source(url);
	if (!(m = vv_calloc(1, sizeof(*m)))) return vv_fail_nomem(err);
	if ((rc = vv_remote_find(m, t->repo, url, err)) == VV_OK &&
	    (rc = vv_reach(&there, t, m, false, err)) == VV_OK) {
		out->peer = there.peer;
		out->id = vv_speed_source(m->url);
	}
	if (rc == VV_OK && there.host) {
		const uint64_t id = out->id;
		vv_git_host_supplier(there.host, vv_take(&m), out);
		out->name = url;
		out->id = id;
	}
	free_remote(m);
	return rc;
}

/* --- later ------------------------------------------------------------------------------------ */

/* A supplier that is not open yet. It owns the objects of its line, since another thread opens it. */
typedef struct later {
	vv_ask ask;
	vv_transfer t;
	vv_remote *m; /* NULL: a host's, by now, or connect is set */
	vv_reach_connect_fn connect;
	vv_supplier opened; /* the result */
} later;

static vv_status open_later(void *payload, const vv_connect_options *o, vv_error *err)
{
	later *l = payload;
	vv_reached there;
	vv_status rc;

	l->t.connect = *o;
	l->t.connect.payload = &l->t;
	l->t.connect.foreign = &l->t.foreign;
	memset(&l->opened, 0, sizeof(l->opened));
	if (l->connect) return l->connect(&l->opened.peer, &l->t, o, err);
	if ((rc = vv_reach(&there, &l->t, l->m, false, err)) < 0) return rc;
	l->opened.peer = there.peer;
	if (there.host) {
		vv_git_host_supplier(there.host, vv_take(&l->m), &l->opened);
	}
	return VV_OK;
}

static void adopt_later(vv_supplier *s)
{
	const later *l = s->ask->payload;

	s->peer = l->opened.peer;
	s->source = l->opened.source;
	s->payload = l->opened.payload;
}

static void free_later(later *l)
{
	vv_ask_clear(&l->ask);
	free_remote(l->m);
	vv_free(l);
}

/* Takes l over, on failure also. */
static vv_status begin_later(vv_transfer *t, vv_supplier *out, later *l, const char *name,
			     const char *url, vv_named_by by, vv_error *err)
{
	vv_status rc;

	l->ask = (vv_ask){.url = url, .named = by == VV_BY_USER, .open = open_later, .payload = l};
	l->t = *t;
	l->t.held = NULL;
	if ((rc = vv_ask_prepare(&l->ask, &t->connect, err)) < 0) {
		free_later(l);
		return rc;
	}
	l->ask.connect.stranger = by == VV_BY_STRANGER;
	l->t.repo = l->ask.repo;
	*out = (vv_supplier){
		.name = name, .ask = &l->ask, .adopt = adopt_later, .id = vv_speed_source(url)};
	return VV_OK;
}

static vv_status supplier_later(vv_transfer *t, vv_supplier *out, const char *url, vv_named_by by,
				vv_error *err)
{
	later *l;
	vv_status rc;

	if (kind_of_name(url)) {
		return vv_reach_supplier(t, out, url, err); /* it connects on demand, too */
	}
	memset(out, 0, sizeof(*out));
	if (!(l = vv_calloc(1, sizeof(*l))) || !(l->m = vv_calloc(1, sizeof(*l->m)))) {
		vv_free(l);
		return vv_fail_nomem(err);
	}
	if ((rc = vv_remote_find(l->m, t->repo, url, err)) < 0) {
		free_later(l);
		return rc;
	}
	if (by == VV_BY_STRANGER && !l->m->kind && !(l->m->kind = vv_strdup("peer"))) {
		free_later(l);
		return vv_fail_nomem(err);
	}
	const bool relayed = vv_url_is_behind_relay(l->m->url);
	rc = begin_later(t, out, l, url, l->m->url, by, err);
	out->relayed = relayed; /* l may be freed */
	return rc;
}

vv_status vv_reach_peer_later(vv_transfer *t, vv_supplier *out, const char *name, const char *url,
			      vv_reach_connect_fn connect, vv_error *err)
{
	later *l = vv_calloc(1, sizeof(*l));

	if (!l) return vv_fail_nomem(err);
	l->connect = connect;
	return begin_later(t, out, l, name, url, VV_BY_SETTINGS, err);
}

vv_status vv_reach_suppliers_later(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
				   const char *url, vv_named_by by, vv_error *err)
{
	if (kind_of_name(url)) return vv_reach_suppliers(t, out, max, count, url, err);
	vv_status rc = supplier_later(t, out, url, by, err);
	*count = rc == VV_OK;
	return rc;
}

vv_status vv_reach_suppliers(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			     const char *url, vv_error *err)
{
	const kind_above *k = kind_of_name(url);

	*count = 0;
	if (k) return k->open(t, out, max, count, url, err);
	vv_status rc = vv_reach_supplier(t, out, url, err);
	*count = rc == VV_OK;
	return rc;
}

void vv_reach_tell(const vv_transfer *t, vv_error *untold)
{
	if (untold->code != VV_OK) {
		vv_notes_word(t->notes, untold);
		vv_notes_warn(t->notes, "%s%s%s", untold->message, untold->hint[0] ? ": " : "",
			      untold->hint);
		untold->code = VV_OK;
	}
}

void vv_reach_unasked(vv_transfer *t, vv_supplier *out, size_t max, size_t *count, vv_error *untold)
{
	*count = 0;
	untold->code = VV_OK;
	for (size_t i = 0; t->repo && i < kind_count && *count < max; i++) {
		vv_error trouble;
		size_t n;

		if (kinds[i].open(t, out + *count, max - *count, &n, NULL, &trouble) == VV_OK) {
			*count += n;
		} else if (untold->code == VV_OK) {
			*untold = trouble;
		}
	}
}

static vv_status open_blocks_ref(vv_git_host **out, vv_transfer *t, const vv_remote *m, bool write,
				 bool eager, vv_error *unasked, vv_error *err)
{
	const char *url = write && m->push_url ? m->push_url : m->url;
	bool has = false;
	vv_auto(vv_git_host) *host = NULL;
	vv_auto(vv_url) u = {0};
	vv_auto(vv_head) head = {0};
	vv_auto(vv_blocks_config) c = {.ref = NULL};

	*out = NULL;
	unasked->code = VV_OK;
	if (vv_url_read(&u, url, VV_IGNORED) < 0 || vv_head_read(t->repo, &head, VV_IGNORED) < 0) {
		return VV_OK;
	}
	/* A push must not take a store for none; a fetch has other sources. */
	vv_error why;
	vv_status rc = vv_blocks_config_read(&c, t->repo, &head.commit, &why);
	const bool read = rc == VV_OK;
	if (!read) {
		*unasked = why;
	}
	if (!read && write) return vv_error_copy(err, &why);
	const bool stored = vv_blocks_are_stored(m, &c);
	if (!read && !stored) return VV_OK;
	if (stored && u.kind != VV_URL_PATH && u.kind != VV_URL_SSH) {
		vv_fail(unasked, VV_ENOSUPPORT,
			"the store of .varveconfig is only read through a Git host, a path or ssh");
	}
	bool asks = u.kind == VV_URL_PATH ||
		    (u.kind == VV_URL_SSH && (eager || stored || was_host(t, m->url)));
	if (!asks || (write && !eager && u.kind == VV_URL_PATH && !stored && !c.ref &&
		      !vv_oid_is_null(&head.commit) &&
		      /* git need not contact it */
		      find_blocks_ref(u.path, vv_connect_env(&t->connect)) == VV_ENOTFOUND)) {
		return VV_OK;
	}
	rc = vv_git_host_open(&host, t, m, NULL, write, &why);
	rc = rc < 0 ? rc : vv_git_host_has_blocks(host, &has, &why);
	if (rc < 0 && (stored || c.ref || u.kind == VV_URL_PATH || was_host(t, m->url))) {
		*unasked = why;
	}
	*out = rc == VV_OK && (has || (write && eager)) ? vv_take(&host) : NULL;
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

vv_status vv_reach_blocks_ref(vv_git_host **out, vv_transfer *t, const vv_remote *m, bool write,
			      bool eager, vv_error *err)
{
	vv_error unasked;

	return open_blocks_ref(out, t, m, write, eager, &unasked, err);
}

vv_status vv_reach_blocks_beside(vv_git_host **out, vv_transfer *t, const vv_remote *m,
				 vv_error *unasked, vv_error *err)
{
	return open_blocks_ref(out, t, m, false, true, unasked, err);
}

vv_status vv_reach_send_beside(vv_transfer *t, const vv_remote *m, const vv_blocks_ref *refs,
			       size_t count, vv_host_sum *sum, vv_error *err)
{
	const vv_git_sending what = {.refs = refs, .count = count, .complete = true};
	vv_auto(vv_git_host) *host = NULL;
	const vv_blocks_sources *to;
	vv_status rc = count > 0 ? vv_reach_blocks_ref(&host, t, m, true, false, err) : VV_OK;

	memset(sum, 0, sizeof(*sum));
	if (rc < 0 || !host) return rc;
	rc = vv_git_host_send(host, &what, sum, err);
	vv_notes_end(t->notes);
	if (rc == VV_OK || rc == VV_ENOMEM || rc == VV_ECANCELLED ||
	    (vv_git_host_sources(host, &to, VV_IGNORED) == VV_OK &&
	     to->items[0].kind == VV_FROM_STORE)) {
		return rc;
	}
	vv_notes_warn(t->notes,
		      "clients that read %s through git alone cannot get these blocks: %s",
		      vv_text_url(m->url), err->message);
	return vv_error_excuse(rc, true, err);
}

vv_status vv_reach_as_host(vv_reached *out, vv_transfer *t, const vv_remote *m, bool write,
			   bool eager, vv_error *err)
{
	const vv_status rc = vv_reach(out, t, m, write, err);

	return rc < 0 || out->host ? rc : vv_reach_blocks_ref(&out->host, t, m, write, eager, err);
}

vv_status vv_reach_ref_supplier(vv_transfer *t, vv_supplier *out, const char *word, bool *has,
				vv_error *err)
{
	vv_remote *m = vv_calloc(1, sizeof(*m));
	vv_git_host *host = NULL;
	vv_status rc = m ? vv_remote_find(m, t->repo, word, err) : vv_fail_nomem(err);

	rc = rc < 0 ? rc : vv_reach_blocks_ref(&host, t, m, false, true, err);
	*has = rc == VV_OK && host;
	if (*has) {
		vv_git_host_supplier(host, vv_take(&m), out);
	}
	free_remote(m);
	return rc;
}

void vv_reach_supplier_clear(vv_supplier *s)
{
	vv_peer_close(s->peer);
	vv_git_host_close(vv_git_host_of(s));
	if (s->close) {
		s->close(s->payload);
	}
	if (s->ask) {
		free_later(s->ask->payload);
	}
	memset(s, 0, sizeof(*s));
}

vv_status vv_reach_block_peers(vv_transfer *t, vv_git_host *host, vv_supplier *out, size_t max,
			       size_t *count, vv_error *err)
{
	const vv_blocks_sources *from;
	vv_error why;
	vv_status rc = vv_git_host_sources(host, &from, err);

	*count = 0;
	for (size_t i = 0; rc == VV_OK && i < from->count && *count < max; i++) {
		const vv_blocks_source *s = &from->items[i];

		if (s->kind != VV_FROM_PEER || !s->trusted) {
			continue;
		}
		if (supplier_later(t, &out[*count], s->url, VV_BY_SETTINGS, &why) == VV_OK) {
			(*count)++;
		} else {
			vv_notes_warn(t->notes, "%s is left out: %s", vv_text_url(s->url),
				      why.message);
		}
	}
	return rc;
}
