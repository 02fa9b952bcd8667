/*
 * receive: the quarantine of received objects, and their release.
 *
 * Connectivity is checked twice: the objects that each received one names are noted unless they exist here; and a walk
 * from the tips ends only at objects reachable from our refs, since an unreachable object here may lack the objects that
 * it names. A pack that git found complete, and that is the whole repository, needs no walk: git has checked each tree,
 * and no file of it names versions.
 */
#include "repo/git/objects/receive.h"

#include <git2/sys/odb_backend.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs.h"
#include "repo/git/new_pack.h"
#include "repo/git/objects/git_object.h"
#include "repo/git/objects/object_form.h"
#include "repo/git/objects/objects.h"
#include "repo/git/objects/range.h"
#include "repo/git/objects/send.h"
#include "repo/git/pack_heads.h"
#include "repo/git/program.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

/* ---- git_pack: makes a pack by git, and limits received ones ---- */

/* A pack that comes: open; feed; end. */
typedef struct vv_git_pack vv_git_pack;
static void git_pack_close(vv_git_pack *p);
VV_AUTO_FREE(vv_git_pack, git_pack_close)

#define HEADER_LEN 12u
#define UNPACK_MAX 32u /* objects; each becomes a file to be synced */
/* Approximate memory of index-pack for each object; and its other memory. */
#define OBJECT_MEMORY 128u
#define OTHER_MEMORY ((uint64_t)16 << 20)
/* Assumed speed of a slow machine for all uncompressed bytes of a pack. */
#define SLOW_BYTES ((uint64_t)32 << 20) /* a second */
#define SLOW_START 60u                  /* seconds */

/* --- sending -------------------------------------------------------------------------- */

static void put_oids(vv_buf *b, const char *mark, const vv_oid *ids, size_t count, vv_repository *r)
{
	for (size_t i = 0; i < count; i++) {
		if (r && !vv_object_is_here(r, vv_to_git(&ids[i]))) {
			continue;
		}
		vv_buf_printf(b, "%s%s\n", mark, vv_oid_shows(&ids[i]));
	}
}

/* git_words: its stderr. */
static vv_status fail_git(const char *what, const vv_buf *git_words, int code, vv_status as,
			  vv_error *err)
{
	vv_error local;

	err = err ? err : &local;
	(void)vv_git_explain(what, git_words, code, err);
	return vv_recode(err, as);
}

vv_status vv_git_pack_send(vv_repository *r, const vv_oid *wants, size_t want_count,
			   const vv_oid *haves, size_t have_count, vv_git_pack_fn fn, void *payload,
			   vv_error *err)
{
	const char *argv[] = {"git",    "--git-dir", r->gitdir,  "pack-objects",
			      "--revs", "--thin",    "--stdout", "--delta-base-offset",
			      "-q",     NULL};
	vv_auto(vv_buf) revs = VV_BUF_INIT, said = VV_BUF_INIT;
	int code;
	vv_status rc = vv_refuse_shallow(r, err);

	if (rc < 0) return rc;
	put_oids(&revs, "", wants, want_count, NULL);
	put_oids(&revs, "^", haves, have_count, r);
	if ((rc = vv_buf_ok(&revs, err)) < 0) return rc;
	const vv_run run = {.argv = argv,
			    .env = r->env,
			    .input = revs.data,
			    .len = revs.len,
			    .take = fn,
			    .payload = payload,
			    .errors = &said};
	rc = vv_run_program(&run, &code, err);
	return rc < 0 || code == 0
		       ? rc
		       : fail_git("cannot pack Git's objects", &said, code, VV_ECORRUPT, err);
}

/* --- taking --------------------------------------------------------------------------- */

/* Git's strict checks, but for what old histories are full of, which git fsck only warns of or our own check
 * (object_form.h) lets through. */
#define STRICT                                                                                     \
	"--strict=zeroPaddedFilemode=ignore,nulInCommit=ignore,badDate=ignore,"                    \
	"badDateOverflow=ignore,badEmail=ignore,badName=ignore,badTimezone=ignore,"                \
	"missingEmail=ignore,missingNameBeforeEmail=ignore,missingSpaceBeforeDate=ignore,"         \
	"missingSpaceBeforeEmail=ignore,zeroPaddedDate=ignore"

struct vv_git_pack {
	vv_repository *repo;
	vv_git_limits limits;
	vv_buf objects, alternates, memory, most; /* the words of its command */
	vv_buf head;                              /* of the pack, until it is whole */
	uint64_t count;                           /* objects that it announced */
	vv_fed git;
	vv_buf output, said;
	bool started;
	bool whole; /* after its end: its objects name only each other, and git did not report any of them */
};

/* dir: a folder in r's object folder, with a folder "pack". */
static vv_status git_pack_open(vv_git_pack **out, vv_repository *r, const char *dir,
			       const vv_git_limits *limits, vv_error *err)
{
	vv_auto(vv_git_pack) *p = vv_calloc(1, sizeof(*p));
	vv_status rc;

	if (!p) return vv_fail_nomem(err);
	p->repo = r;
	p->limits = *limits;
	vv_buf_printf(&p->objects, "GIT_OBJECT_DIRECTORY=%s", dir);
	vv_git_put_alternates(&p->alternates, r->env, r->objects);
	if ((rc = vv_buf_ok(&p->objects, err)) < 0 || (rc = vv_buf_ok(&p->alternates, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &p);
}

/* accepts NULL; stops git */
static void git_pack_close(vv_git_pack *p)
{
	if (!p) return;
	if (p->started) {
		vv_fed_close(&p->git);
	}
	vv_buf_clear_all(&p->objects, &p->alternates, &p->memory, &p->most, &p->head, &p->output,
			 &p->said);
	vv_free(p);
}

static vv_status check_header(vv_git_pack *p, vv_error *err)
{
	static const uint8_t begin[8] = {'P', 'A', 'C', 'K', 0, 0, 0, 2};
	const uint8_t *h = (const uint8_t *)p->head.data;

	if (memcmp(h, begin, sizeof(begin)) != 0) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent data that is not a Git pack");
	}
	p->count = vv_get_be32(h + 8);
	if (p->limits.objects > 0 && p->count > p->limits.objects) {
		return vv_fail(err, VV_EREFUSED, "the peer sent more than %llu Git objects",
			       (unsigned long long)p->limits.objects);
	}
	return VV_OK;
}

/* The largest single piece of memory: an object, or the list of all of them. */
static uint64_t most_memory(const vv_git_pack *p)
{
	const uint64_t list = p->count * OBJECT_MEMORY, object = p->limits.object_bytes;

	return (list > object ? list : object) + OTHER_MEMORY;
}

static unsigned most_work(const vv_git_pack *p)
{
	const uint64_t seconds = SLOW_START + p->limits.bytes / SLOW_BYTES;

	return p->limits.bytes == 0 || seconds > UINT32_MAX ? 0 : (unsigned)seconds;
}

static bool is_small(const vv_git_pack *p)
{
	return p->count <= UNPACK_MAX;
}

static vv_status start_indexing(vv_git_pack *p, vv_error *err)
{
	const char *index[] = {"git",
			       "--git-dir",
			       p->repo->gitdir,
			       "-c",
			       "pack.writeReverseIndex=false",
			       "index-pack",
			       "--stdin",
			       "--fix-thin",
			       STRICT,
			       "--check-self-contained-and-connected",
			       NULL,
			       NULL};
	const char *unpack[] = {"git", "--git-dir", p->repo->gitdir, "unpack-objects", "-q", STRICT,
				NULL,  NULL};
	const char *more[] = {NULL, NULL, "GIT_NO_REPLACE_OBJECTS=1", NULL, NULL};

	vv_buf_printf(&p->most, "--max-input-size=%llu", (unsigned long long)p->limits.bytes);
	vv_buf_printf(&p->memory, "GIT_ALLOC_LIMIT=%llu", (unsigned long long)most_memory(p));
	if (vv_buf_ok(&p->most, err) < 0 || vv_buf_ok(&p->memory, err) < 0) return err->code;
	index[10] = unpack[6] = p->limits.bytes > 0 ? p->most.data : NULL;
	more[0] = p->objects.data;
	more[1] = p->alternates.data;
	more[3] = p->limits.object_bytes > 0 ? p->memory.data : NULL;
	const vv_run run = {.argv = is_small(p) ? unpack : index,
			    .env = p->repo->env,
			    .more = more,
			    .output = &p->output,
			    .errors = &p->said,
			    .cpu_seconds = most_work(p)};
	vv_status rc = vv_fed_start(&p->git, &run, err);
	p->started = rc == VV_OK;
	return rc;
}

/* VV_EREFUSED past a limit, VV_ECORRUPT: not a pack. */
static vv_status git_pack_feed(vv_git_pack *p, const void *bytes, size_t len, vv_error *err)
{
	const char *at = bytes;
	vv_status rc;

	if (!p->started) {
		const size_t want = HEADER_LEN - p->head.len, n = len < want ? len : want;

		vv_buf_put(&p->head, at, n);
		at += n;
		len -= n;
		if ((rc = vv_buf_ok(&p->head, err)) < 0 || p->head.len < HEADER_LEN) return rc;
		if ((rc = check_header(p, err)) < 0 || (rc = start_indexing(p, err)) < 0 ||
		    (rc = vv_fed_feed(&p->git, p->head.data, p->head.len, err)) < 0) {
			return rc;
		}
	}
	return len > 0 ? vv_fed_feed(&p->git, at, len, err) : VV_OK;
}

static vv_status fail_taking(const vv_git_pack *p, int code, vv_error *err)
{
	static const char *const limits[] = {"maximum allowed size", "over limit", "out of memory"};
	static const char *const absent[] = {"unresolved delta", "did not receive expected object",
					     "object of unexpected type"};
	vv_status as = VV_ECORRUPT;

	if (most_work(p) > 0 && (code == 128 + SIGXCPU || code == 128 + SIGKILL)) {
		return vv_fail(
			err, VV_EREFUSED,
			"unpacking the received Git objects takes longer than allowed (%u s)",
			most_work(p));
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		as = strstr(vv_buf_cstr(&p->said), limits[i]) ? VV_EREFUSED : as;
	}
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		as = strstr(vv_buf_cstr(&p->said), absent[i]) ? VV_EMISSING : as;
	}
	return fail_git("cannot receive the Git objects", &p->said, code, as, err);
}

/* hex: of its name; "": its objects are loose ones of dir. VV_ECORRUPT, VV_EMISSING, VV_EREFUSED, with git's words. */
static vv_status git_pack_end(vv_git_pack *p, char hex[GIT_OID_HEXSZ + 1], vv_error *err)
{
	static const char word[] = "pack\t";
	const size_t lead = sizeof(word) - 1;
	int code;
	vv_status rc;

	if (!p->started) {
		return vv_fail(err, VV_ECORRUPT, "the pack of Git objects ends in its header");
	}
	if ((rc = vv_fed_end(&p->git, &code, err)) < 0) return rc;
	const bool named = !is_small(p) && p->output.len >= lead + GIT_OID_HEXSZ &&
			   strncmp(p->output.data, word, lead) == 0;
	/* With a name, 1 means that objects name others outside of the pack. */
	if (code != 0 && !(code == 1 && named)) return fail_taking(p, code, err);
	hex[0] = '\0';
	if (is_small(p)) return VV_OK;
	p->whole = code == 0 && p->said.len == 0;
	if (!named) {
		return vv_fail(err, VV_EIO, "git index-pack did not name the pack that it made");
	}
	(void)snprintf(hex, GIT_OID_HEXSZ + 1, "%.*s", GIT_OID_HEXSZ, p->output.data + lead);
	return VV_OK;
}

/* ---- objects as they come ---- */

#define OPEN_TRIES 10u
#define SPOOL_NAME "objects"
#define FORSAKEN_SECONDS 86400
#define CAME_PRIORITY                                                                              \
	100 /* looked at before ours, which begin with a file for each object (1; packs: 2) */

struct vv_git_receive {
	vv_repository *repo, *inner; /* inner: has the received objects; NULL until the end */
	vv_git_limits limits;        /* 0: none */
	char *dir;
	vv_fd lock_fd;
	vv_new_pack *came;
	vv_git_pack *pack;           /* in the place of came; NULL */
	vv_oid_set expected;         /* objects named before they arrived */
	uint64_t count;              /* different objects */
	uint64_t objects, bytes;     /* all received ones, with repeats: compared with the limits */
	vv_error failed;             /* came ends in half an object then */
	char hex[GIT_OID_HEXSZ + 1]; /* the pack's name; "": they are loose objects */
	vv_pack_sum sum;             /* inner borrows it */
	bool taken, ended, installed;
};

/* --- the folder ------------------------------------------------------------------------ */

/* Makes a folder and locks it. If another process's cleanup removed it in between, makes another
 * one. */
static vv_status make_folder(vv_git_receive *g, bool *again, vv_error *err)
{
	char name[48];
	vv_auto(char) *lock = NULL;
	uint64_t number;
	vv_status rc;

	*again = false;
	vv_random(&number, sizeof(number));
	(void)snprintf(name, sizeof(name), VV_RECEIVE_PREFIX "%016llx", (unsigned long long)number);
	vv_free(g->dir);
	if (!(g->dir = vv_path_join(g->repo->objects, name, (char *)NULL)) ||
	    !(lock = vv_path_join(g->dir, VV_RECEIVE_LOCK, (char *)NULL))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_mkdirs(g->dir, err)) < 0) return rc;
	g->lock_fd = vv_lock(lock, true, 0, err);
	*again = g->lock_fd == VV_ELOCKED || g->lock_fd == VV_ENOTFOUND;
	if (g->lock_fd < 0 && !*again) {
		(void)vv_remove_tree(g->dir, NULL);
	}
	return g->lock_fd < 0 ? (vv_status)g->lock_fd : VV_OK;
}

static vv_status open_objects(vv_git_receive *g, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(g->dir, SPOOL_NAME, (char *)NULL);

	return path ? vv_new_pack_open(&g->came, path, err) : vv_fail_nomem(err);
}

static vv_status open_folder(vv_git_receive *g, vv_error *err)
{
	unsigned tries = 0;
	vv_auto(char) *pack = NULL;
	bool again = true;
	vv_status rc;

	do {
		rc = make_folder(g, &again, err);
	} while (rc < 0 && again && ++tries < OPEN_TRIES);
	if (rc < 0) return rc;
	if (!(pack = vv_path_join(g->dir, "pack", (char *)NULL))) return vv_fail_nomem(err);
	return (rc = vv_mkdirs(pack, err)) < 0 ? rc : open_objects(g, err);
}

vv_status vv_git_receive_open(vv_git_receive **out, vv_repository *r, const vv_git_limits *limits,
			      vv_error *err)
{
	vv_auto(vv_git_receive) *g = vv_calloc(1, sizeof(*g));

	if (!g) return vv_fail_nomem(err);
	*g = (vv_git_receive){.repo = r, .lock_fd = -1};
	if (limits) {
		g->limits = *limits;
	}
	(void)vv_git_receive_clean(r, NULL);
	(void)git_odb_refresh(r->odb); /* if it fails, reading reports it */
	git_error_clear();
	const vv_status rc = open_folder(g, err);
	return rc < 0 ? rc : vv_hand_over(out, &g);
}

void vv_git_receive_close(vv_git_receive *g)
{
	if (!g) return;
	vv_repository_close(g->inner);
	git_pack_close(g->pack);
	vv_new_pack_close(g->came);
	vv_oid_set_clear(&g->expected);
	if (g->lock_fd >= 0) {
		(void)vv_remove_leftover(g->dir, VV_RECEIVE_LOCK, NULL);
		vv_fd_close(&g->lock_fd);
	}
	vv_free_all(g->dir, g);
}

/* A folder with staged objects of a command, without a lock: unused if it is a day old. */
static bool is_forsaken(const char *dir)
{
	vv_stat st;
	return vv_lstat(&st, dir, NULL) == VV_OK && st.mtime_sec < vv_now_sec() - FORSAKEN_SECONDS;
}

vv_status vv_git_receive_clean(vv_repository *r, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, r->objects, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (strncmp(f.name, VV_RECEIVE_PREFIX, strlen(VV_RECEIVE_PREFIX)) == 0) {
			vv_auto(vv_fd) lock = vv_lock_leftover(f.path, VV_RECEIVE_LOCK, NULL);

			rc = lock < 0 ? VV_OK : vv_remove_leftover(f.path, VV_RECEIVE_LOCK, err);
		} else if (strncmp(f.name, VV_QUARANTINE_PREFIX, strlen(VV_QUARANTINE_PREFIX)) ==
				   0 &&
			   is_forsaken(f.path)) {
			rc = vv_remove_tree(f.path, err);
		}
	}
	return vv_missing_ok(rc, err); /* another process removes them, too */
}

/* --- taking -------------------------------------------------------------------------------- */

static vv_status check_limits(const vv_git_receive *g, size_t len, vv_error *err)
{
	const vv_git_limits *l = &g->limits;

	if (l->object_bytes > 0 && len > l->object_bytes) {
		return vv_fail(err, VV_EREFUSED, "a Git object of %s; at most %s are accepted",
			       vv_text_bytes(len), vv_text_bytes(l->object_bytes));
	}
	if (l->objects > 0 && g->objects >= l->objects) {
		return vv_fail(err, VV_EREFUSED, "the peer sent more than %llu Git objects",
			       (unsigned long long)l->objects);
	}
	if (l->bytes > 0 && (g->bytes > l->bytes || len > l->bytes - g->bytes)) {
		return vv_fail(err, VV_EREFUSED, "the peer sent Git objects of more than %s",
			       vv_text_bytes(l->bytes));
	}
	return VV_OK;
}

static vv_status note_link(void *payload, const git_oid *id, vv_error *err)
{
	vv_git_receive *g = payload;
	bool added;

	if (vv_new_pack_has(g->came, id) || vv_object_is_here(g->repo, id)) return VV_OK;
	return vv_oid_set_add(&g->expected, id, &added, err);
}

vv_status vv_git_receive_object(vv_git_receive *g, vv_git_type type, const void *bytes, size_t len,
				vv_oid *id, vv_error *err)
{
	git_oid git_id;
	bool added;
	vv_error local;
	vv_status rc;
	int code;

	err = err ? err : &local;
	if (g->failed.code < 0) return vv_error_copy(err, &g->failed);
	if (type < VV_GIT_COMMIT || type > VV_GIT_TAG || g->pack) {
		return vv_fail(err, VV_ECORRUPT,
			       g->pack ? "the peer sent a single Git object after a pack"
				       : "the peer sent a Git object of an unknown kind");
	}
	if ((rc = check_limits(g, len, err)) < 0) return rc;
	if ((code = git_odb_hash(&git_id, bytes, len, (git_object_t)type)) < 0) {
		return vv_git_fail(err, code, "cannot compute the id of a Git object");
	}
	if ((rc = vv_git_form_check(type, &git_id, bytes, len, note_link, g, err)) < 0) return rc;
	if ((rc = vv_new_pack_add(g->came, &git_id, (git_object_t)type, bytes, len, &added, err)) <
	    0) {
		g->failed = *err;
		return rc;
	}
	g->count += added;
	g->objects++;
	g->bytes += len;
	*id = *vv_from_git(&git_id);
	return VV_OK;
}

/* Objects received one by one were incomplete, and arrive again in the pack. */
static vv_status begin_pack(vv_git_receive *g, vv_error *err)
{
	vv_status rc;

	vv_new_pack_close(vv_take(&g->came));
	vv_oid_set_clear(&g->expected);
	g->count = 0;
	if ((rc = open_objects(g, err)) < 0) return rc;
	return git_pack_open(&g->pack, g->repo, g->dir, &g->limits, err);
}

vv_status vv_git_receive_pack(vv_git_receive *g, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc;

	if (g->ended) {
		return vv_fail(err, VV_ECORRUPT,
			       "the peer sent a pack after the last Git "
			       "object");
	}
	if (!g->pack && (rc = begin_pack(g, err)) < 0) return rc;
	rc = git_pack_feed(g->pack, bytes, len, err);
	g->count = g->pack->count;
	return rc;
}

uint64_t vv_git_receive_count(const vv_git_receive *g)
{
	return g->count;
}

/* --- bases --------------------------------------------------------------------------------- */

static vv_status read_ours(vv_git_receive *g, const git_oid *id, vv_git_type type, vv_buf *out,
			   vv_error *err)
{
	uint64_t max = g->limits.object_bytes > 0 ? g->limits.object_bytes : UINT64_MAX;
	vv_auto(git_odb_object) *object = NULL;
	vv_status rc = vv_object_read(g->repo, id, (git_object_t)type, max, &object, err);

	if (rc < 0) return rc;
	vv_buf_set(out, git_odb_object_data(object), git_odb_object_size(object));
	return vv_buf_ok(out, err);
}

static vv_status no_base(vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND,
		       "the peer sent a Git object as a difference to another one, which is "
		       "missing here or ambiguous");
}

vv_status vv_git_receive_base(vv_git_receive *g, vv_git_type type, const uint8_t *prefix,
			      size_t len, vv_buf *out, vv_error *err)
{
	git_oid short_id = {0}, id;
	git_object_t found;

	if (len < 4 || len > GIT_OID_RAWSZ) return no_base(err);
	vv_status rc = vv_new_pack_find(g->came, prefix, len, &id, &found, err);
	if (rc == VV_OK) {
		return found == (git_object_t)type ? vv_new_pack_read(g->came, &id, out, err)
						   : no_base(err);
	}
	memcpy(short_id.id, prefix, len);
	int code = git_odb_exists_prefix(&id, g->repo->odb, &short_id, len * 2);
	if (code < 0) {
		if (code == GIT_ENOTFOUND || code == GIT_EAMBIGUOUS) {
			git_error_clear();
			return no_base(err);
		}
		return vv_git_fail(err, code, "cannot look for a Git object");
	}
	rc = read_ours(g, &id, type, out, err);
	return rc == VV_EUSAGE || rc == VV_ENOTFOUND ? no_base(err) : rc;
}

/* --- the end -------------------------------------------------------------------------------- */

static vv_status end_objects(vv_git_receive *g, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(g->dir, "pack", (char *)NULL);

	return dir ? vv_new_pack_end(g->came, dir, g->hex, err) : vv_fail_nomem(err);
}

static vv_status check_expected(vv_git_receive *g, vv_error *err)
{
	if (g->expected.count > 0) {
		(void)git_odb_refresh(g->repo->odb); /* others may have brought some of it */
		git_error_clear();
	}
	vv_array_each(g->expected.ids, g->expected.count, id) {
		if (!vv_new_pack_has(g->came, id) && !vv_object_is_here(g->repo, id)) {
			return vv_fail(err, VV_EMISSING,
				       "the Git object %s is needed by other objects, but was not "
				       "received",
				       vv_git_shows(id));
		}
	}
	return VV_OK;
}

/* Opens a handle that sees the objects. Missing ones are never fetched from a promisor: they must
 * come from the peer. */
static vv_status open_inner(vv_git_receive *g, vv_error *err)
{
	vv_status rc = vv_repository_open_exactly(&g->inner, g->repo->commondir, g->repo->env, err);
	git_odb_backend *came = NULL;
	int code;

	if (rc < 0) return rc;
	vv_repository_listen(g->inner, g->repo->notes);
	g->inner->told = g->repo->told ? g->repo->told : &g->repo->own_told;
	g->inner->partial = false;
	g->inner->came = g->dir;
	code = g->hex[0] ? git_odb_backend_pack(&came, g->dir)
			 : git_odb_backend_loose(&came, g->dir, 0, 0, 0, 0);
	if (code == 0 && (code = git_odb_add_backend(g->inner->odb, came, CAME_PRIORITY)) < 0) {
		came->free(came);
	}
	vv_git_check_reads(g->inner->odb);
	return code < 0 ? vv_git_fail(err, code, "cannot read the received Git objects") : VV_OK;
}

static vv_status add_ref(void *payload, const vv_ref *ref, vv_error *err)
{
	return vv_oids_add(payload, &ref->id, err);
}

/* 1: one pack of ordinary files came into an empty repository, with all that the tips reach. */
static int is_whole(vv_git_receive *g, const vv_oid *tips, size_t count, uint64_t max,
		    vv_error *err)
{
	if (!g->pack || !g->pack->whole) return 0;
	if (vv_array_find(tips, count, it, !vv_object_is_here(g->inner, vv_to_git(it)))) return 0;
	const int plain = vv_pack_heads_plain(g->inner, g->count, true, &g->sum, err);
	return plain != 1 ? plain : g->sum.alone && g->sum.largest <= max;
}

/* From the tips to what our refs reach: is everything here? */
static vv_status check_connected(vv_git_receive *g, const vv_oid *tips, size_t count, vv_error *err)
{
	const uint64_t max = g->limits.object_bytes > 0 ? g->limits.object_bytes : UINT64_MAX;
	vv_objects_walk o = {g->inner, max, NULL, NULL};
	vv_auto(vv_oids) ours = {0};
	vv_auto(vv_object_range) range = {0};
	const int whole = is_whole(g, tips, count, max, err);

	if (whole != 0) {
		g->inner->came_plain = whole > 0 ? &g->sum : NULL;
		return whole < 0 ? (vv_status)whole : VV_OK;
	}
	vv_status rc = vv_refs_each(g->inner, "", add_ref, &ours, err);

	if (rc < 0) return rc;
	rc = vv_object_range_open(&range, g->inner, tips, count, ours.items, ours.count, err);
	rc = vv_must_be_here(rc, err);
	return rc < 0 ? rc : vv_objects_walk_range(&o, &range, err);
}

vv_status vv_git_receive_end(vv_git_receive *g, const vv_oid *tips, size_t count, vv_error *err)
{
	vv_status rc;

	if (g->failed.code < 0) return vv_error_copy(err, &g->failed);
	if ((rc = check_expected(g, err)) < 0 ||
	    (g->count > 0 && !g->taken &&
	     (rc = g->pack ? git_pack_end(g->pack, g->hex, err) : end_objects(g, err)) < 0)) {
		return rc;
	}
	g->taken = true;
	if ((!g->inner && (rc = open_inner(g, err)) < 0) ||
	    (count > 0 && (rc = check_connected(g, tips, count, err)) < 0)) {
		return rc;
	}
	g->ended = true;
	return VV_OK;
}

vv_repository *vv_git_receive_repository(vv_git_receive *g)
{
	return g->inner;
}

bool vv_git_receive_is_plain(const vv_git_receive *g)
{
	return g->inner && g->inner->came_plain;
}

vv_status vv_git_receive_install(vv_git_receive *g, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(g->dir, "pack", (char *)NULL);
	int code;

	if (!g->ended) {
		return vv_fail(err, VV_EUSAGE, "some Git objects have not been received yet");
	}
	if (g->count == 0 || g->installed) return VV_OK;
	if (!dir) return vv_fail_nomem(err);
	vv_status rc = g->hex[0] ? vv_quarantine_take_pack(g->repo, dir, g->hex, err)
				 : vv_quarantine_take_loose(g->repo, g->dir, err);
	if (rc < 0) return rc;
	g->installed = true;
	if ((code = git_odb_refresh(g->inner->odb)) < 0) {
		return vv_git_fail(err, code, "cannot read the new pack");
	}
	return VV_OK;
}
