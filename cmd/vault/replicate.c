/*
 * replicate: sealed copies of everything that is new, to the holders.
 */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/owed.h"
#include "cmd/vault/work/policy.h"
#include "cmd/vault/work/prune.h"
#include "cmd/vault/work/replicate.h"

typedef struct options {
	vv_replicate run;
	uint64_t copies, min;
	vv_strings to;
	bool quiet;
	const char *key, *code;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_POSITIVE(
		0, "copies", copies, "N",
		"number of copies, each in another failure domain (default: 2); saved in .varveconfig"),
	OPT_STRING(
		0, "code", code, "K+M",
		"instead of copies: stripes of K shards and M of parity, in K + M failure domains; saved in .varveconfig"),
	OPT_POSITIVE(
		0, "min", min, "N",
		"the fewest copies with which a run is valid (default: 1); saved in .varveconfig"),
	OPT_LIST(0, "to", to, "HOLDER", "replicate only to this holder; may be repeated"),
	OPT_POSITIVE(0, "limit-rate", run.rate, "BYTES", "send at most this much per second"),
	OPT_FLAG('n', "dry-run", run.dry_run,
		 "send nothing, and print how many blocks and Git objects are new"),
	OPT_FLAG(0, "adopt", run.adopt,
		 "continue after records that another copy of this repository wrote"),
	OPT_STRING(0, "key", key, "FILE", "sign with the key in this file"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS", VV_TIMEOUT_HELP),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static const vv_option_rule option_rules[] = {
	{"--code", .excludes = "--copies"},
	{NULL, NULL, NULL},
};

static vv_status tell_recovery(void *payload VV_UNUSED, const char *key, vv_error *err)
{
	(void)err;
	vv_out("This is the recovery key of the new vault. It is not shown again:\n\n    %s\n\n"
	       "Keep it on paper, away from this machine: if the machine is lost, only this key opens the copies,\nand anyone who has it can read them. If this key and this machine's key are both lost, the copies cannot be opened.\n",
	       key);
	vv_out_flush();
	return vv_out_failed() ? vv_fail(err, VV_EIO, "the recovery key could not be printed")
			       : VV_OK;
}

static int check_replicate(const vv_context *c)
{
	const options *o = c->options;
	vv_code code;
	vv_error err;

	if (o->copies > VV_COPIES_MAX || o->min > VV_COPIES_MAX) {
		return vv_usage_error("at most %u copies", VV_COPIES_MAX);
	}
	return o->code && vv_vault_code_read(&code, o->code, &err) < 0
		       ? vv_usage_error("%s", err.message)
		       : VV_EXIT_OK;
}

static void tell_owed(const options *o, const vv_replicate *x, const vv_vault_session *s)
{
	const uint64_t owed = x->sum.owed - x->sum.hopeless;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (o->to.count > 0) {
		vv_buf_puts(
			&b,
			"data was sent only to the holders that --to names; run 'varve vault replicate' without --to");
	} else {
		vv_print_owed(&b, s, x->copies, true);
	}
	vv_note("%s missing: %s", vv_text_counted(owed, "copy is", "copies are"), vv_buf_cstr(&b));
}

static void print_result(const options *o, const vv_replicate *x, const vv_vault_session *s)
{
	vv_print_failing(s);
	if (o->run.dry_run) {
		vv_note(x->nothing ? "nothing new" : "new: %s, %s of Git",
			vv_text_counted(x->blocks, "block", NULL),
			vv_text_counted(x->objects, "object", NULL));
		return;
	}
	if (x->short_of_min) {
		vv_auto(vv_buf) b = VV_BUF_INIT;
		vv_print_owed(&b, s, x->min, true);
		vv_note("only %s could be made, but at least %u are required, so this run does not count yet: %s",
			vv_text_counted(x->sum.least, "copy", "copies"), x->min, vv_buf_cstr(&b));
		return;
	}
	if (x->sum.lost > 0) {
		vv_note("no reachable holder has %s of earlier runs; run 'varve vault repair' to seal the data of this clone again",
			vv_text_counted(x->sum.lost, "shard", NULL));
	}
	if (x->sum.owed > x->sum.hopeless) {
		tell_owed(o, x, s);
	}
	if (o->quiet) return;
	if (x->paid > 0) {
		vv_note("made %s that %s missing from earlier runs",
			vv_text_counted(x->paid, "copy", "copies"), x->paid == 1 ? "was" : "were");
	}
	if (x->nothing && !vv_cid_is_null(&x->head)) {
		vv_note("finished the interrupted run; sent %s in %s", vv_text_bytes(x->sent),
			vv_text_counted(x->shards, "shard", NULL));
	} else if (x->nothing) {
		vv_note(x->sum.owed > 0 ? "nothing new was sealed" : "nothing new");
	} else if (!vv_cid_is_null(&x->head)) {
		vv_note("sealed %s and %s of Git; sent %s in %s",
			vv_text_counted(x->blocks, "block", NULL),
			vv_text_counted(x->objects, "object", NULL), vv_text_bytes(x->sent),
			vv_text_counted(x->shards, "shard", NULL));
	}
	if (!vv_cid_is_null(&x->head)) {
		vv_note("head %s", vv_cid_shows(&x->head));
	}
	if (x->config && !vv_repository_is_bare(s->repo)) {
		vv_note("the vault and its policy are in .varveconfig: commit it");
	}
}

/* When nothing is owed, whole copies that fill a stripe are written again as one; earlier they would be sent
 * again and again. Unreadable content waits. */
static vv_status fill_stripes(const options *o, const vv_replicate *x, vv_vault_session *s,
			      vv_error *err)
{
	vv_prune tails = {.tails = true};
	vv_error why;

	if (x->dry_run || x->code.data == 0 || x->short_of_min || x->sum.owed > 0 ||
	    o->to.count > 0) {
		return VV_OK;
	}
	vv_status rc = vv_prune_run(&tails, s, &why);
	if (rc == VV_EMISSING || rc == VV_EREFUSED) {
		vv_warn("whole copies could not be changed to a stripe: %s", why.message);
		return VV_OK;
	}
	if (rc < 0) return vv_error_copy(err, &why);
	if (tails.runs > 0 && !o->quiet) {
		vv_note("rewrote %s as stripes; sent %s, and retired %s",
			vv_text_counted(tails.runs, "run", NULL), vv_text_bytes(tails.sent),
			vv_text_counted(tails.shards, "shard", NULL));
	}
	return VV_OK;
}

/* Did holders fail to accept records, so that fewer than `copies` have those of this run? Without them the shards cannot be
 * found. */
static bool lacks_records(const vv_vault_session *s, unsigned copies)
{
	size_t keep = 0;
	bool failed = false;

	vv_array_each(s->places, s->place_count, place) {
		keep += place->holder && !place->behind;
		failed = failed || place->behind;
	}
	return failed && keep < (copies > 0 ? copies : 1);
}

static vv_status run_replicate(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {.key_file = o->key,
				       .need_key = true,
				       .quiet = o->quiet,
				       .notes = &vv_notes_stderr,
				       .idle_sec = o->timeout,
				       .again = o->to.count > 0};
	vv_replicate x = o->run;
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_status rc;

	x.copies = (unsigned)o->copies;
	x.min = (unsigned)o->min;
	x.to = &o->to;
	x.recovery = tell_recovery;
	if ((o->code && (rc = vv_vault_code_read(&x.code, o->code, err)) < 0) ||
	    (rc = vv_vault_session_open(&s, c->repo, &so, err)) < 0) {
		return rc;
	}
	s.mend = !o->run.dry_run;
	if ((rc = vv_replicate_run(&x, &s, err)) == VV_OK) {
		print_result(o, &x, &s);
		c->code = x.short_of_min || x.sum.owed > 0 || lacks_records(&s, x.copies)
				  ? VV_EXIT_NO
				  : VV_EXIT_OK;
		rc = fill_stripes(o, &x, &s, err);
	}
	return rc;
}

const vv_command vv_cmd_vault_replicate = {
	.name = "vault replicate",
	.group = "care",
	.summary = "send sealed copies of all new data to the holders",
	.usage = "[--copies N | --code K+M] [--min N] [--to HOLDER]... [--limit-rate BYTES] "
		 "[--dry-run]",
	.example = "$ varve vault replicate --copies 2\n"
		   "sealed 2 blocks and 4 objects of Git; sent 8.3 kB in 2 shards\n"
		   "head bafyrei...\n"
		   "the vault and its policy are in .varveconfig: commit it",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "copies are missing (of data, or of the run's record)",
	.arguments = "",
	.takes = "",
	.rules = option_rules,
	.check = check_replicate,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_replicate,
};
