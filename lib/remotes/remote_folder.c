/*
 * remote_folder: what shows that a URL is a folder's, and in which order its packs are taken.
 */
#include "lib/remotes/remote_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/receive.h"
#include "transport/line/url.h"
#include "transport/places/at_once.h"
#include "transport/places/packs/host.h"
#include "transport/places/place_kinds.h"
#include "transport/protocol/receive.h"

#define REFS_MAX ((size_t)16 << 20) /* VV_REFS_MAX of them, with names of 100 bytes */
#define HEAD_MAX ((size_t)4 << 10)
#define PACKS_MAX 64u                  /* more packs mean that it is not varve's folder */
#define LIST_MAX ((size_t)1 << 20)     /* bytes: git reads the list, too, and requests each pack */
#define LISTED_MAX ((size_t)64 << 10)  /* of one that is kept: each line is looked for in it */
#define PACK_NAME_LEN 50u              /* "pack-<hex>.pack" */
#define PART_BYTES ((uint64_t)8 << 20) /* of one request: so much is in memory */
#define FEED_BYTES ((size_t)1 << 20)
#define LISTED "listed" /* in dir: the list of packs of the last run */
#define COMING "coming" /* likewise, a folder: packs of this one, whichever copies they come from */

enum { MARK, REFS, HEAD, LIST };

static const char *const names[VV_FOLDER_FIRST] = {
	"format",
	VV_FOLDER_GIT "/info/refs",
	VV_FOLDER_GIT "/HEAD",
	VV_FOLDER_GIT "/objects/info/packs",
};

/* --- its URL and first files ------------------------------------------------------------------------------ */

vv_status vv_folder_url_put(vv_buf *out, const char *url, vv_error *err)
{
	static const char git[] = "/" VV_FOLDER_GIT;
	size_t len = strlen(url);

	for (int again = 0; again < 2; again++) {
		while (len > 1 && url[len - 1] == '/') {
			len--;
		}
		if (again == 0 && len > sizeof(git) - 1 &&
		    memcmp(url + len - (sizeof(git) - 1), git, sizeof(git) - 1) == 0) {
			len -= sizeof(git) - 1;
		}
	}
	return vv_buf_write(out, url, len, err);
}

bool vv_folder_path_is(const char *url)
{
	vv_auto(vv_buf) folder = VV_BUF_INIT;
	vv_auto(vv_url) u = {0};

	if (vv_folder_url_put(&folder, url, VV_IGNORED) < 0 ||
	    vv_url_read(&u, vv_buf_cstr(&folder), VV_IGNORED) < 0 || u.kind != VV_URL_PATH) {
		return false;
	}
	vv_auto(char) *git = vv_path_join(u.path, VV_FOLDER_GIT, (char *)NULL),
		      *mark = vv_path_join(u.path, vv_files_mark.file, (char *)NULL),
		      *state = vv_path_join(u.path, VV_FOLDER_MARK, (char *)NULL);
	return git && mark && state && vv_exists(git) &&
	       (vv_exists(mark) || vv_exists(state)); /* one of them may be lost */
}

vv_status vv_remote_folder_open(vv_remote_folder **out, const char *url, bool login,
				const vv_connect_options *connect, vv_error *err)
{
	const vv_place_facts facts = {
		.more = VV_HINT_STORE_ROOM, .full = VV_HINT_STORE_ROOM, .no_login = !login};
	vv_auto(vv_remote_folder) *f = vv_calloc(1, sizeof(*f));
	vv_connect_options o = *connect;
	vv_auto(vv_buf) folder = VV_BUF_INIT;
	vv_auto(vv_url) u = {0};
	vv_status rc;

	*out = NULL;
	if (!f) return vv_fail_nomem(err);
	atomic_init(&f->stopped, false);
	vv_array_each(f->first, VV_FOLDER_FIRST, it) {
		*it = (vv_buf)VV_BUF_INIT;
	}
	if ((rc = vv_folder_url_put(&folder, url, err)) < 0 ||
	    (rc = vv_url_read(&u, folder.data, err)) < 0) {
		return rc;
	}
	o.stopped = o.stopped ? o.stopped : &f->stopped;
	f->url = vv_buf_detach(&folder);
	vv_buf_printf(&folder, "%s/" VV_FOLDER_GIT, f->url);
	f->history = vv_buf_detach(&folder);
	if (!f->history) return vv_fail_nomem(err);
	if (u.kind == VV_URL_HTTP &&
	    (rc = vv_web_place_open(&f->place, &u, &facts, &o, false, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &f);
}

void vv_remote_folder_close(vv_remote_folder *f)
{
	if (!f) return;
	vv_place_close(&f->place);
	vv_array_each(f->first, VV_FOLDER_FIRST, it) {
		vv_buf_clear(it);
	}
	vv_free_all(f->history, f->url, f);
}

vv_status vv_remote_folder_ask(void *payload, size_t i, vv_error *err VV_UNUSED)
{
	vv_remote_folder *f = payload;
	static const size_t most_of[] = {[MARK] = VV_PLACE_MARK_BYTES,
					 [REFS] = REFS_MAX,
					 [HEAD] = HEAD_MAX,
					 [LIST] = LIST_MAX};
	const size_t most = most_of[i];
	vv_error *why = &f->why[i];
	vv_status rc = vv_place_get(&f->place, names[i], 0, most + 1, &f->first[i], why);

	if (rc == VV_OK && i != MARK && f->first[i].len > most) {
		rc = vv_fail(why, VV_ECORRUPT, "the file '%s' of '%s' is longer than %s", names[i],
			     vv_text_url(f->url), vv_text_bytes(most));
	}
	if (rc < 0) {
		vv_buf_reset(&f->first[i]);
	}
	if (i == MARK) {
		f->locked = rc < 0 && why->login;
		vv_place_set_mark(&f->place, &f->first[i]);
	}
	return VV_OK;
}

bool vv_remote_folder_shows(const vv_remote_folder *f)
{
	const size_t of_any = strlen(vv_files_mark.text) - strlen("1\n");

	return strncmp(vv_buf_cstr(&f->first[MARK]), vv_files_mark.text, of_any) == 0;
}

vv_status vv_remote_folder_failed(const vv_remote_folder *f, bool silent, vv_error *err)
{
	for (size_t i = 0; f->place.payload && i < VV_FOLDER_FIRST; i++) {
		const vv_error *why = &f->why[i];
		if (why->code < 0 &&
		    (silent ? why->silent : why->code == VV_EIO || why->code == VV_ECORRUPT)) {
			*err = *why;
			return why->code;
		}
	}
	return VV_OK;
}

/* HEAD may name a branch that is not there yet. */
void vv_remote_folder_refs(const vv_remote_folder *f, vv_buf *out)
{
	const char *refs = vv_buf_cstr(&f->first[REFS]), *head = vv_buf_cstr(&f->first[HEAD]);
	vv_auto(vv_buf) line = VV_BUF_INIT;
	const size_t len = strcspn(head, "\n");

	if (len > 5 && strncmp(head, "ref: ", 5) == 0) {
		vv_buf_printf(&line, "\t%.*s\n", (int)len - 5, head + 5);
		if (strstr(refs, vv_buf_cstr(&line))) {
			vv_buf_printf(out, "%.*s\tHEAD\n", (int)len, head);
		}
	}
	vv_buf_puts(out, refs);
}

/* --- its history ----------------------------------------------------------------------------- */

typedef struct bringing {
	const vv_remote_folder *f;
	char *dir; /* of the packs that come */
	char packs[PACKS_MAX][PACK_NAME_LEN + 1];
	size_t count;
	uint64_t most; /* bytes of one */
} bringing;

static bool is_pack(const char *name, size_t len)
{
	return len == PACK_NAME_LEN && strncmp(name, "pack-", 5) == 0 &&
	       vv_hex_is_lower(name + 5, VV_OID_TEXT) &&
	       strncmp(name + 5 + VV_OID_TEXT, ".pack", 5) == 0;
}

/* Those that were not listed before. *known false: there is history, and it is not known which packs it is of. */
static vv_status list_packs(bringing *b, vv_repository *r, const char *dir, bool *known,
			    vv_error *err)
{
	vv_auto(char) *path = vv_path_join(dir, LISTED, (char *)NULL);
	vv_auto(vv_buf) before = VV_BUF_INIT;
	vv_status rc = path ? vv_missing_ok(vv_read_regular(&before, path, LISTED_MAX, err), err)
			    : vv_fail_nomem(err);

	*known = before.len > 0 || !vv_refs_any(r, "");
	for (const char *p = vv_buf_cstr(&b->f->first[LIST]), *line; rc == VV_OK && *p;) {
		line = p;
		p += strcspn(p, "\n") + (strchr(p, '\n') != NULL);
		vv_auto(vv_buf) whole = VV_BUF_INIT;
		vv_buf_put(&whole, line, (size_t)(p - line));
		if (whole.len != PACK_NAME_LEN + 3 || strncmp(line, "P ", 2) != 0 ||
		    !is_pack(line + 2, PACK_NAME_LEN) ||
		    strstr(vv_buf_cstr(&before), vv_buf_cstr(&whole))) {
			continue;
		}
		*known = *known && b->count < PACKS_MAX;
		if (*known) {
			memcpy(b->packs[b->count++], line + 2, PACK_NAME_LEN);
		}
	}
	return rc;
}

/* The i-th pack, or the rest of it, into its file. */
static vv_status bring_pack(void *payload, size_t i, vv_error *err)
{
	const bringing *b = payload;
	vv_auto(vv_buf) name = VV_BUF_INIT, part = VV_BUF_INIT;
	vv_auto(char) *path = vv_path_join(b->dir, b->packs[i], (char *)NULL);
	vv_stat st = {0};

	vv_buf_printf(&name, VV_FOLDER_GIT "/objects/pack/%s", b->packs[i]);
	if (!path || name.failed) return vv_fail_nomem(err);
	const int fd = vv_open_own(path, O_WRONLY | O_CREAT | O_APPEND, err);
	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_fstat(&st, fd, path, err);
	for (bool more = true; rc == VV_OK && more; st.size += part.len) {
		vv_buf_reset(&part);
		if ((rc = vv_place_get(&b->f->place, name.data, st.size, PART_BYTES, &part, err)) ==
		    VV_OK) {
			rc = vv_write_full(fd, vv_buf_cstr(&part), part.len, path, err);
		}
		more = part.len == PART_BYTES && st.size <= b->most;
	}
	return vv_close_after(rc, fd, path, err);
}

/* A pack as if a peer sent it. Its objects may name those of packs that were taken before. */
static vv_status take_pack(const bringing *b, size_t i, vv_repository *r,
			   const vv_git_limits *limits, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(b->dir, b->packs[i], (char *)NULL),
		      *bytes = vv_malloc(FEED_BYTES);
	vv_auto(vv_git_receive) *in = NULL;
	ssize_t got = 1;
	vv_status rc = path && bytes ? vv_git_receive_open(&in, r, limits, err)
				     : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_auto(vv_fd) fd = vv_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err);
	if (fd < 0) return (vv_status)fd;
	while (rc == VV_OK && (got = vv_read_full(fd, bytes, FEED_BYTES, path, err)) > 0) {
		rc = vv_git_receive_pack(in, bytes, (size_t)got, err);
	}
	rc = got < 0 ? (vv_status)got : rc;
	if (rc < 0 || (rc = vv_git_receive_end(in, NULL, 0, err)) < 0) return rc;
	return vv_git_receive_install(in, err);
}

/* The list begins with the newest, which depend on the others. */
static vv_status bring_packs(bringing *b, vv_transfer *t, vv_error *err)
{
	const vv_at_once all = {.threads = vv_place_gets(&b->f->place),
				.count = b->count,
				.fn = bring_pack,
				.payload = b,
				.progress = t->progress,
				.what = "history"};
	vv_receive_limits limits;
	vv_error why;
	vv_status rc = vv_receive_limits_load(&limits, t->repo, err);

	if (rc < 0 || (rc = vv_mkdirs(b->dir, err)) < 0) return rc;
	b->most = limits.git.bytes;
	rc = vv_at_once_run(&all, &why);
	if (rc == VV_ENOTFOUND || rc == VV_EREFUSED) {
		return VV_OK; /* git looks for objects elsewhere */
	}
	if (rc < 0) return vv_error_copy(err, &why);
	for (size_t i = b->count; rc == VV_OK && i-- > 0;) {
		rc = take_pack(b, i, t->repo, &limits.git, &why);
		if (rc == VV_ECORRUPT) {
			vv_notes_warn(t->notes, "%s of '%s' is damaged: %s", b->packs[i],
				      vv_text_url(b->f->url), why.message);
		}
	}
	if (rc == VV_EMISSING || rc == VV_ECORRUPT) return vv_remove_tree(b->dir, err);
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}

vv_status vv_remote_folder_bring(const vv_remote_folder *f, vv_transfer *t, const char *dir,
				 vv_error *err)
{
	if (!t->coming && !(t->coming = vv_path_join(dir, COMING, (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	bringing b = {.f = f, .dir = t->coming};
	bool known;
	const vv_status rc = list_packs(&b, t->repo, dir, &known, err);
	return rc < 0 || !known || b.count == 0 || !f->place.payload ? rc : bring_packs(&b, t, err);
}

vv_status vv_remote_folder_note(const vv_remote_folder *f, const vv_transfer *t, const char *dir,
				vv_error *err)
{
	const vv_buf *list = &f->first[LIST];
	vv_auto(char) *path = vv_path_join(dir, LISTED, (char *)NULL);
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && t->coming) {
		rc = vv_remove_tree(t->coming, err);
	}
	if (rc < 0 || list->len > LISTED_MAX) return rc;
	return vv_write_file(path, vv_buf_cstr(list), list->len, false, err);
}
