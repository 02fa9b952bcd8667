/*
 * waiting_run: the file "run".
 */
#include "cmd/vault/work/waiting_run.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "cmd/vault/sealed/stripe.h"

void vv_waiting_run_reset(vv_waiting_run *run)
{
	vv_arena_reset(&run->arena);
	run->record = (vv_ledger_record){.kind = VV_LEDGER_VAULT, .link = run->record.link};
}

void vv_waiting_run_clear(vv_waiting_run *run)
{
	vv_arena_clear(&run->arena);
	vv_file_batch_clear(&run->files);
	vv_free_all(run->shards, run->stripes);
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

vv_status vv_waiting_run_put(vv_vault_session *s, vv_waiting_run *run, const vv_shard *sh,
			     const void *bytes, size_t len, vv_error *err)
{
	vv_status rc = write_shard(s, run, &sh->cid, bytes, len, err);

	if (rc < 0) return rc;
	if (!vv_array_add(run->shards, run->record.shard_count, run->cap, *sh)) {
		return vv_fail_nomem(err);
	}
	run->record.shards = run->shards;
	return VV_OK;
}

vv_status vv_waiting_run_bytes(const vv_vault_session *s, const vv_cid *cid, vv_buf *out,
			       vv_error *err)
{
	vv_auto(char) *path = shard_path(s, cid);
	vv_cid is;

	vv_buf_reset(out);
	vv_status rc = vv_read_regular(out, path, VV_SHARD_MAX, err);
	if (rc == VV_OK &&
	    (rc = vv_cid_of(&is, VV_CODEC_RAW, vv_buf_cstr(out), out->len, err)) == VV_OK &&
	    !vv_cid_equal(&is, cid)) {
		rc = vv_fail(
			err, VV_EIO,
			"an unsent shard in .git/varve/vault/spool is damaged\nremove that folder; the next 'varve vault replicate' seals the data again");
	}
	return rc;
}

vv_status vv_waiting_run_remove(const vv_vault_session *s, vv_error *err)
{
	vv_auto(char) *run = vv_vault_session_path(s, "spool", "run");
	vv_auto(char) *dir = vv_vault_session_path(s, "spool", NULL);
	vv_status rc = run && dir ? VV_OK : vv_fail_nomem(err);

	/* the list first: without it the other files are garbage */
	if (rc == VV_OK && vv_exists(run) && (rc = vv_unlink(run, true, err)) == VV_OK) {
		rc = vv_fsync_dir(dir, err);
	}
	return rc < 0 ? rc : vv_remove_tree(dir, err);
}

/* --- stripes ----------------------------------------------------------------------------------- */

/* Makes the stripe of the run's shards from number first on. */
static vv_status make_stripe(vv_vault_session *s, vv_waiting_run *run, vv_code code, size_t first,
			     vv_error *err)
{
	uint8_t from[VV_STRIPE_MAX], wanted[VV_STRIPE_MAX];
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(vv_stripe_work) *work = NULL;
	vv_stripe st = {code, vv_arena_calloc(&run->arena, code.parity, sizeof(*st.parity))};

	if (!st.parity ||
	    !vv_array_add(run->stripes, run->record.stripe_count, run->stripe_cap, st)) {
		return vv_fail_nomem(err);
	}
	run->record.stripes = run->stripes;
	for (uint8_t i = 0; i < VV_STRIPE_MAX; i++) {
		from[i] = i;
		wanted[i] = (uint8_t)(code.data + i);
	}
	vv_status rc = vv_stripe_open(&work, code, from, wanted, code.parity, err);
	for (size_t i = 0; rc == VV_OK && i < code.data; i++) {
		if ((rc = vv_waiting_run_bytes(s, &run->shards[first + i].cid, &bytes, err)) ==
		    VV_OK) {
			rc = vv_stripe_take(work, i, bytes.data, bytes.len, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < code.parity; i++) {
		if ((rc = vv_stripe_get(work, i, &bytes, &st.parity[i], err)) == VV_OK) {
			rc = write_shard(s, run, &st.parity[i].cid, bytes.data, bytes.len, err);
		}
	}
	return rc;
}

vv_status vv_waiting_run_stripe(vv_vault_session *s, vv_waiting_run *run, vv_code code,
				vv_error *err)
{
	size_t full = 0;
	vv_status rc = vv_file_batch_finish(&run->files, err); /* they are read */

	while (full < run->record.shard_count && run->shards[full].leaves == VV_LEAVES_MAX) {
		full++;
	}
	for (size_t i = 0; rc == VV_OK && full - i >= code.data; i += code.data) {
		rc = make_stripe(s, run, code, i, err);
	}
	return rc;
}

/* --- the list ---------------------------------------------------------------------------------- */

vv_status vv_waiting_run_write(const vv_vault_session *s, vv_waiting_run *run, vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "spool", "run");
	vv_auto(vv_buf) file = VV_BUF_INIT;
	vv_status rc;

	if (!path) return vv_fail_nomem(err);
	run->record.vault = *vv_ledger_vault(s->ledger);
	if ((rc = vv_ledger_record_put(&file, &run->record, err)) < 0 ||
	    (rc = vv_file_batch_add(&run->files, path, file.data, file.len, err)) < 0) {
		return rc;
	}
	return vv_file_batch_finish(&run->files, err);
}

/* Its files got their names together, in no order that a power cut would keep. */
static bool is_complete(const vv_vault_session *s, const vv_ledger_record *run)
{
	bool there = run->kind == VV_LEDGER_VAULT;

	for (size_t i = 0; there && i < vv_run_shard_count(run); i++) {
		vv_auto(char) *path = shard_path(s, &vv_run_shard_at(run, i)->cid);
		there = vv_exists(path);
	}
	return there;
}

bool vv_waiting_run_there(const vv_vault_session *s)
{
	vv_auto(char) *path = vv_vault_session_path(s, "spool", "run");

	return vv_exists(path);
}

vv_status vv_waiting_run_read(const vv_vault_session *s, vv_waiting_run *run, bool *found,
			      vv_error *err)
{
	vv_auto(char) *path = vv_vault_session_path(s, "spool", "run");
	vv_auto(vv_buf) file = VV_BUF_INIT;
	vv_status rc;

	vv_waiting_run_reset(run);
	*found = false;
	if ((rc = vv_read_regular(&file, path, VV_LEDGER_RECORD_MAX, err)) < 0) {
		return vv_missing_ok(rc, err);
	}
	rc = vv_ledger_record_read_checked(&run->record, &run->arena, vv_buf_cstr(&file), file.len,
					   VV_IGNORED);
	*found = rc == VV_OK && is_complete(s, &run->record);
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}
