/*
 * waiting_run: the file "run".
 */
#include "cmd/vault/work/waiting_run.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/sealed/stripe.h"

#define RUN_MAX (1u << 22)
#define BEGIN "varve run "

void vv_waiting_run_reset(vv_waiting_run *run)
{
	for (size_t i = 0; i < run->stripe_count; i++) {
		vv_free(run->stripes[i].parity);
	}
	run->count = run->stripe_count = 0;
}

void vv_waiting_run_clear(vv_waiting_run *run)
{
	vv_waiting_run_reset(run);
	vv_file_batch_clear(&run->files);
	vv_free(run->shards);
	vv_free(run->stripes);
	memset(run, 0, sizeof(*run));
}

/* --- shards ------------------------------------------------------------------------------------ */

static char *shard_path(const vv_vault_session *s, const vv_cid *cid)
{
	return vv_vault_session_path(s, "spool", vv_cid_shows(cid));
}

static vv_status write_shard(const vv_vault_session *s, vv_waiting_run *run, const vv_cid *cid,
			     const void *bytes, size_t len, vv_error *err)
{
	vv_auto(char) *path = shard_path(s, cid);
	return path ? vv_file_batch_add(&run->files, path, bytes, len, err) : vv_fail_nomem(err);
}

static vv_status add_shard(vv_waiting_run *run, const vv_shard *sh, vv_error *err)
{
	return vv_array_add(run->shards, run->count, run->cap, *sh) ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_waiting_run_put(vv_vault_session *s, vv_waiting_run *run, const vv_shard *sh,
			     const void *bytes, size_t len, vv_error *err)
{
	vv_status rc = write_shard(s, run, &sh->cid, bytes, len, err);
	return rc < 0 ? rc : add_shard(run, sh, err);
}

vv_status vv_waiting_run_bytes(const vv_vault_session *s, const vv_cid *cid, vv_buf *out,
			       vv_error *err)
{
	vv_auto(char) *path = shard_path(s, cid);
	vv_cid is;

	vv_buf_reset(out);
	vv_status rc = path ? vv_read_regular(out, path, VV_SHARD_MAX, err) : vv_fail_nomem(err);
	if (rc == VV_OK &&
	    (rc = vv_cid_of(&is, VV_CODEC_RAW, vv_buf_cstr(out), out->len, err)) == VV_OK &&
	    !vv_cid_equal(&is, cid)) {
		rc = vv_fail(err, VV_EIO,
			     "a shard that waits in .git/varve/vault/spool is damaged");
		vv_hint(err, "remove that folder; the next 'varve vault replicate' seals it again");
	}
	return rc;
}

vv_status vv_waiting_run_remove(const vv_vault_session *s, vv_error *err)
{
	vv_auto(char) *run = vv_vault_session_path(s, "spool", "run");
	vv_auto(char) *dir = vv_vault_session_path(s, "spool", NULL);
	vv_status rc = run && dir ? VV_OK : vv_fail_nomem(err);

	/* The list first: without it what is left is rubbish. */
	if (rc == VV_OK && vv_exists(run) && (rc = vv_unlink(run, true, err)) == VV_OK) {
		rc = vv_fsync_dir(dir, err);
	}
	return rc < 0 ? rc : vv_remove_tree(dir, err);
}

/* --- stripes ----------------------------------------------------------------------------------- */

static vv_status add_stripe(vv_waiting_run *run, vv_code code, vv_stripe **out, vv_error *err)
{
	if (!vv_array_room(run->stripes, run->stripe_count, run->stripe_cap)) {
		return vv_fail_nomem(err);
	}
	*out = &run->stripes[run->stripe_count];
	(*out)->code = code;
	if (!((*out)->parity = vv_calloc(code.parity, sizeof(*(*out)->parity)))) {
		return vv_fail_nomem(err);
	}
	run->stripe_count++;
	return VV_OK;
}

/* Of the run's shards from number first on. */
static vv_status make_stripe(vv_vault_session *s, vv_waiting_run *run, vv_code code, size_t first,
			     vv_error *err)
{
	uint8_t from[VV_STRIPE_MAX], wanted[VV_STRIPE_MAX];
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(vv_stripe_work) *work = NULL;
	vv_stripe *st;
	vv_status rc;

	for (uint8_t i = 0; i < VV_STRIPE_MAX; i++) {
		from[i] = i;
		wanted[i] = (uint8_t)(code.data + i);
	}
	if ((rc = add_stripe(run, code, &st, err)) == VV_OK) {
		rc = vv_stripe_open(&work, code, from, wanted, code.parity, err);
	}
	for (size_t i = 0; rc == VV_OK && i < code.data; i++) {
		if ((rc = vv_waiting_run_bytes(s, &run->shards[first + i].cid, &bytes, err)) ==
		    VV_OK) {
			rc = vv_stripe_take(work, i, bytes.data, bytes.len, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < code.parity; i++) {
		if ((rc = vv_stripe_get(work, i, &bytes, &st->parity[i], err)) == VV_OK) {
			rc = write_shard(s, run, &st->parity[i].cid, bytes.data, bytes.len, err);
		}
	}
	return rc;
}

vv_status vv_waiting_run_stripe(vv_vault_session *s, vv_waiting_run *run, vv_code code,
				vv_error *err)
{
	size_t full = 0;
	vv_status rc = vv_file_batch_finish(&run->files, err); /* they are read */

	while (full < run->count && run->shards[full].leaves == VV_LEAVES_MAX) {
		full++;
	}
	for (size_t i = 0; rc == VV_OK && full - i >= code.data; i += code.data) {
		rc = make_stripe(s, run, code, i, err);
	}
	return rc;
}

/* --- the list ---------------------------------------------------------------------------------- */

static void put_shards(vv_buf *text, const vv_shard *shards, size_t count)
{
	char cid[VV_CID_TEXT + 1];

	for (size_t i = 0; i < count; i++) {
		vv_cid_text(cid, &shards[i].cid);
		vv_buf_printf(text, "%s %u ", cid, shards[i].leaves);
		vv_hex_put(text, shards[i].root, VV_SHA256_LEN);
		vv_buf_putc(text, '\n');
	}
}

vv_status vv_waiting_run_write(const vv_vault_session *s, vv_waiting_run *run, vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "spool", "run");
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_printf(&text, BEGIN "%u\nepoch %s\n", run->stripe_count > 0 ? 2 : 1,
		      vv_cid_shows(&run->epoch));
	put_shards(&text, run->shards, run->count);
	for (size_t i = 0; i < run->stripe_count; i++) {
		const vv_stripe *st = &run->stripes[i];
		vv_buf_printf(&text, "stripe %u %u\n", st->code.data, st->code.parity);
		put_shards(&text, st->parity, st->code.parity);
	}
	vv_status rc = path ? vv_buf_ok(&text, err) : vv_fail_nomem(err);
	if (rc == VV_OK &&
	    (rc = vv_file_batch_add(&run->files, path, text.data, text.len, err)) == VV_OK) {
		rc = vv_file_batch_finish(&run->files, err);
	}
	return rc;
}

static bool read_shard_line(vv_shard *out, const char *line, size_t len)
{
	uint64_t leaves;

	if (len < VV_CID_TEXT + 2 + 64 ||
	    vv_cid_parse(&out->cid, line, VV_CID_TEXT, VV_IGNORED) < 0 ||
	    line[VV_CID_TEXT] != ' ') {
		return false;
	}
	line += VV_CID_TEXT + 1;
	size_t digits = strspn(line, "0123456789");
	if (!vv_parse_u64(&leaves, line, digits) || !vv_leaves_valid(leaves) ||
	    len != VV_CID_TEXT + 2 + digits + 64 ||
	    !vv_hex_read(out->root, VV_SHA256_LEN, line + digits + 1)) {
		return false;
	}
	out->leaves = (uint32_t)leaves;
	return true;
}

static bool read_stripe_line(vv_code *out, const char *line, size_t len)
{
	const size_t head = sizeof("stripe ") - 1;
	uint64_t data, parity;

	if (len <= head || memcmp(line, "stripe ", head) != 0) return false;
	size_t k = strspn(line + head, "0123456789");
	if (line[head + k] != ' ') return false;
	size_t m = len - head - k - 1;
	if (!vv_parse_u64(&data, line + head, k) ||
	    !vv_parse_u64(&parity, line + head + k + 1, m) || !vv_code_valid(data, parity)) {
		return false;
	}
	*out = (vv_code){(uint32_t)data, (uint32_t)parity};
	return true;
}

static size_t striped(const vv_waiting_run *run)
{
	size_t shards = 0;

	for (size_t i = 0; i < run->stripe_count; i++) {
		shards += run->stripes[i].code.data;
	}
	return shards;
}

/* One line; *parity: how many of the next ones are parity of the last stripe. *fine false: it makes no
 * sense. */
static vv_status read_line(vv_waiting_run *run, const char *line, size_t len, unsigned *parity,
			   bool *fine, vv_error *err)
{
	vv_stripe *st = run->stripe_count > 0 ? &run->stripes[run->stripe_count - 1] : NULL;
	vv_code code;
	vv_shard sh;
	vv_status rc = VV_OK;

	*fine = true;
	if (*parity == 0 && read_stripe_line(&code, line, len)) {
		rc = add_stripe(run, code, &st, err);
		*parity = code.parity;
		*fine = rc < 0 || striped(run) <= run->count;
	} else if (!read_shard_line(&sh, line, len)) {
		*fine = false;
	} else if (*parity > 0) {
		st->parity[st->code.parity - (*parity)--] = sh;
	} else if (st) {
		*fine = false;
	} else {
		rc = add_shard(run, &sh, err);
	}
	return rc;
}

static vv_status read_text(vv_waiting_run *run, const char *p, bool *found, vv_error *err)
{
	const size_t begin = sizeof(BEGIN "1\nepoch ") - 1;
	unsigned parity = 0;
	vv_status rc = VV_OK;

	*found = (strncmp(p, BEGIN "1\nepoch ", begin) == 0 ||
		  strncmp(p, BEGIN "2\nepoch ", begin) == 0) &&
		 vv_cid_parse(&run->epoch, p + begin, strcspn(p + begin, "\n"), VV_IGNORED) ==
			 VV_OK;
	p += *found ? begin + VV_CID_TEXT + 1 : 0;
	while (rc == VV_OK && *found && *p) {
		const size_t len = strcspn(p, "\n");
		rc = read_line(run, p, len, &parity, found, err);
		p += len + (p[len] == '\n');
	}
	*found = *found && parity == 0;
	return rc;
}

static bool all_there(const vv_vault_session *s, const vv_shard *shards, size_t count)
{
	bool there = true;

	for (size_t i = 0; there && i < count; i++) {
		vv_auto(char) *path = shard_path(s, &shards[i].cid);
		there = path && vv_exists(path);
	}
	return there;
}

/* Its files got their names together, in no order that a power cut would keep. */
static bool is_complete(const vv_vault_session *s, const vv_waiting_run *run)
{
	bool there = all_there(s, run->shards, run->count);

	for (size_t i = 0; there && i < run->stripe_count; i++) {
		there = all_there(s, run->stripes[i].parity, run->stripes[i].code.parity);
	}
	return there;
}

bool vv_waiting_run_there(const vv_vault_session *s)
{
	vv_auto(char) *path = vv_vault_session_path(s, "spool", "run");
	return path && vv_exists(path);
}

vv_status vv_waiting_run_read(const vv_vault_session *s, vv_waiting_run *run, bool *found,
			      vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "spool", "run");
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	vv_waiting_run_reset(run);
	*found = rc == VV_OK && vv_exists(path);
	if (*found && (rc = vv_read_regular(&text, path, RUN_MAX, err)) == VV_OK) {
		rc = read_text(run, vv_buf_cstr(&text), found, err);
		*found = *found && is_complete(s, run);
	}
	return rc;
}
