/*
 * git_pack: how git is asked for a pack, and what bounds one that comes from elsewhere.
 */
#include "repo/git/objects/git_pack.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/objects/range.h"
#include "repo/git/objects/send.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"

#define HEADER_LEN 12u
#define UNPACK_MAX 32u /* objects; each becomes a file to be synced */
/* What index-pack has for each object, about; and what it needs besides. */
#define OBJECT_MEMORY 128u
#define OTHER_MEMORY ((uint64_t)16 << 20)
/* All bytes, uncompressed, that a pack may stand for are looked at in this time by a slow machine. */
#define SLOW_BYTES ((uint64_t)32 << 20) /* a second */
#define SLOW_START 60u                  /* seconds */

/* --- sending -------------------------------------------------------------------------- */

static void put_oids(vv_buf *b, const char *mark, const vv_oid *ids, size_t count, vv_repository *r)
{
	git_oid id;

	for (size_t i = 0; i < count; i++) {
		vv_oid_to_git(&id, &ids[i]);
		if (r && !vv_object_is_here(r, &id)) {
			continue;
		}
		vv_buf_printf(b, "%s%s\n", mark, vv_oid_shows(&ids[i]));
	}
}

/* git_words: what it said on stderr. */
static vv_status fail_git(const char *what, const vv_buf *git_words, int code, vv_status as,
			  vv_error *err)
{
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
	vv_error local;
	int code;
	vv_status rc = vv_refuse_shallow(r, err);

	err = err ? err : &local;
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
	uint64_t count;
	vv_fed git;
	vv_buf output, said;
	bool started, whole;
};

static void put_alternates(vv_git_pack *p)
{
	const char *others = vv_env_get(p->repo->env, "GIT_ALTERNATE_OBJECT_DIRECTORIES");

	/* Quoted as git reads it: a path may have the mark that stands between two. */
	vv_buf_puts(&p->alternates, "GIT_ALTERNATE_OBJECT_DIRECTORIES=\"");
	for (const char *c = p->repo->objects; *c; c++) {
		if (*c == '"' || *c == '\\') {
			vv_buf_putc(&p->alternates, '\\');
		}
		vv_buf_putc(&p->alternates, *c);
	}
	vv_buf_printf(&p->alternates, "\"%s%s", others ? ":" : "", others ? others : "");
}

vv_status vv_git_pack_open(vv_git_pack **out, vv_repository *r, const char *dir,
			   const vv_git_limits *limits, vv_error *err)
{
	vv_auto(vv_git_pack) *p = vv_calloc(1, sizeof(*p));
	vv_status rc;

	*out = NULL;
	if (!p) return vv_fail_nomem(err);
	p->repo = r;
	p->limits = *limits;
	vv_buf_printf(&p->objects, "GIT_OBJECT_DIRECTORY=%s", dir);
	put_alternates(p);
	if ((rc = vv_buf_ok(&p->objects, err)) < 0 || (rc = vv_buf_ok(&p->alternates, err)) < 0) {
		return rc;
	}
	*out = vv_take(&p);
	return VV_OK;
}

void vv_git_pack_close(vv_git_pack *p)
{
	if (!p) return;
	if (p->started) {
		vv_fed_close(&p->git);
	}
	vv_buf_clear(&p->objects);
	vv_buf_clear(&p->alternates);
	vv_buf_clear(&p->memory);
	vv_buf_clear(&p->most);
	vv_buf_clear(&p->head);
	vv_buf_clear(&p->output);
	vv_buf_clear(&p->said);
	vv_free(p);
}

static vv_status check_header(vv_git_pack *p, vv_error *err)
{
	static const uint8_t begin[8] = {'P', 'A', 'C', 'K', 0, 0, 0, 2};
	const uint8_t *h = (const uint8_t *)p->head.data;

	if (memcmp(h, begin, sizeof(begin)) != 0) {
		return vv_fail(err, VV_ECORRUPT, "the peer sent something that is not a pack");
	}
	p->count = (uint64_t)h[8] << 24 | (uint64_t)h[9] << 16 | (uint64_t)h[10] << 8 | h[11];
	if (p->limits.objects > 0 && p->count > p->limits.objects) {
		return vv_fail(err, VV_EREFUSED, "more than %llu Git objects",
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

static vv_status start(vv_git_pack *p, vv_error *err)
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
	if (rc == VV_EPROGRAM) {
		vv_hint(err,
			"objects of Git are packed and unpacked by the program git: install it");
	}
	return rc;
}

vv_status vv_git_pack_feed(vv_git_pack *p, const void *bytes, size_t len, vv_error *err)
{
	const char *at = bytes;
	vv_status rc;

	if (!p->started) {
		const size_t want = HEADER_LEN - p->head.len, n = len < want ? len : want;

		vv_buf_put(&p->head, at, n);
		at += n;
		len -= n;
		if ((rc = vv_buf_ok(&p->head, err)) < 0 || p->head.len < HEADER_LEN) return rc;
		if ((rc = check_header(p, err)) < 0 || (rc = start(p, err)) < 0 ||
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

	if (code == 128 + SIGXCPU || code == 128 + SIGKILL) {
		return vv_fail(err, VV_EREFUSED,
			       "the Git objects that came are more work than is taken (%u s)",
			       most_work(p));
	}
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		as = strstr(vv_buf_cstr(&p->said), limits[i]) ? VV_EREFUSED : as;
	}
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		as = strstr(vv_buf_cstr(&p->said), absent[i]) ? VV_EMISSING : as;
	}
	return fail_git("cannot take the Git objects", &p->said, code, as, err);
}

vv_status vv_git_pack_end(vv_git_pack *p, char hex[GIT_OID_HEXSZ + 1], vv_error *err)
{
	static const char word[] = "pack\t";
	const size_t lead = sizeof(word) - 1;
	vv_error local;
	int code;
	vv_status rc;

	err = err ? err : &local;
	if (!p->started) {
		return vv_fail(err, VV_ECORRUPT, "the pack of Git objects ends in its head");
	}
	if ((rc = vv_fed_end(&p->git, &code, err)) < 0) return rc;
	const bool named = !is_small(p) && p->output.len >= lead + GIT_OID_HEXSZ &&
			   strncmp(p->output.data, word, lead) == 0;
	/* With a name, 1 says that objects name some that are not among them. */
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

bool vv_git_pack_is_whole(const vv_git_pack *p)
{
	return p->whole;
}

uint64_t vv_git_pack_count(const vv_git_pack *p)
{
	return p->count;
}
