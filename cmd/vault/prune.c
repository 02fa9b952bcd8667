/*
 * prune: removes data that no version needs from the vault.
 */
#include <string.h>

#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/owed.h"
#include "cmd/vault/work/prune.h"

#define DAY UINT64_C(86400)
#define GRACE_DAYS 14u
#define DAYS_MAX 36500u

typedef struct options {
	const char *key, *grace;
	bool dry_run;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "key", key, "FILE",
		   "sign with the key in this file, such as the recovery key"),
	OPT_STRING(0, "grace", grace, "DAYS",
		   "keep retired copies for this many days (default: 14)"),
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be done"),
	OPT_POSITIVE(0, "timeout", timeout, "SECONDS", VV_TIMEOUT_HELP),
};

/* Reports the state before the run: deleted copies may have caused it. */
static void tell_owed(const vv_prune *x, const vv_vault_session *s)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (x->surplus.deleted > 0) {
		vv_buf_puts(
			&b,
			"the deletions may have made room; run 'varve vault replicate' to try again");
	} else {
		vv_print_owed(&b, s, s->policy.copies ? s->policy.copies : 1, true);
	}
	vv_note("%s missing: %s", vv_text_counted(x->owed, "copy is", "copies are"),
		vv_buf_cstr(&b));
}

/* Reports surplus copies that another writer decides about. */
static void tell_shared(const vv_surplus *x)
{
	if (x->shared > 0) {
		vv_note("%s because of other writers, which placed such copies or have not replicated since; run 'varve vault prune' on the machines of those writers, or remove a writer whose machine is lost with 'varve vault writers remove'",
			vv_text_counted(x->shared, "surplus copy stays", "surplus copies stay"));
	}
	if (x->policy > 0) {
		vv_note("the policy of the writer %s requires %s, so that many are kept",
			vv_did_shows(x->policy_of), vv_text_counted(x->policy, "copy", "copies"));
	}
}

static vv_status prune_vault(vv_context *c, vv_vault_session *s, vv_error *err)
{
	const options *o = c->options;
	vv_prune x = {.grace_sec = GRACE_DAYS * DAY, .dry_run = o->dry_run};
	uint64_t days;
	vv_status rc;

	if (o->grace) {
		if (!vv_parse_u64(&days, o->grace, strlen(o->grace)) || days > DAYS_MAX) {
			return vv_fail(err, VV_EUSAGE,
				       "--grace requires a number of days up to %u, not '%s'",
				       DAYS_MAX, vv_text_shows(o->grace));
		}
		x.grace_sec = days * DAY;
	}
	if ((rc = vv_vault_session_need_writer(s, err)) < 0 ||
	    (rc = vv_vault_session_check_key(s, err)) < 0 || (rc = vv_prune_run(&x, s, err)) < 0) {
		return rc;
	}
	vv_print_failing(s);
	vv_note(o->dry_run ? "would rewrite %s, leave out %s and retire %s"
			   : "rewrote %s, left out %s and retired %s",
		vv_text_counted(x.runs, "run", NULL), vv_text_counted(x.dead, "item", NULL),
		vv_text_counted(x.shards, "shard", NULL));
	if (!o->dry_run) {
		vv_note("deleted %s", vv_text_counted(x.surplus.retired, "copy", "copies"));
	}
	if (x.surplus.deleted > x.surplus.retired) {
		vv_note("deleted %s that the policy does not need",
			vv_text_counted(x.surplus.deleted - x.surplus.retired, "copy", "copies"));
	}
	if (x.surplus.held > 0) {
		vv_note("%s cannot be deleted yet: %s",
			vv_text_counted(x.surplus.held, "copy", "copies"), x.surplus.holding);
	}
	if (x.surplus.waiting_shards > 0) {
		vv_note("%s not removed yet: retired copies are kept until their grace period ends",
			vv_text_counted(x.surplus.waiting_shards, "retired shard is",
					"retired shards are"));
	}
	if (x.surplus.waiting > 0) {
		vv_note("%s until the grace period ends and the other holders have proven their copies",
			vv_text_counted(x.surplus.waiting, "surplus copy stays",
					"surplus copies stay"));
	}
	tell_shared(&x.surplus);
	if (x.unread > 0) {
		vv_note("the %s could not be read, since holders are away; run 'varve vault prune' again when they are back",
			vv_text_counted(x.unread, "oldest run", "oldest runs"));
	}
	if (x.unready > 0) {
		vv_note("%s until the rewritten data has its copies; run 'varve vault replicate', then 'varve vault prune' again",
			vv_text_counted(x.unready, "run stays", "runs stay"));
		c->code = VV_EXIT_NO;
	}
	if (x.erased > 0) {
		vv_note("%s with erased data for one of these reasons; erased data is removed once all of them can be rewritten",
			vv_text_counted(x.erased, "run stays", "runs stay"));
		c->code = VV_EXIT_NO;
	}
	if (x.owed > 0) {
		tell_owed(&x, s);
	}
	if (x.surplus.blocked) {
		vv_note("retired copies are kept until the writer %s replicates; if its machine is lost, remove the writer with 'varve vault writers remove'",
			vv_did_shows(x.surplus.blocker));
	}
	return VV_OK;
}

static vv_status run_prune(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {.key_file = o->key,
				       .need_key = true,
				       .quiet = true,
				       .notes = &vv_notes_stderr,
				       .idle_sec = o->timeout};
	vv_auto(vv_vault_session) s = {.lock = -1};
	const vv_status rc = vv_vault_session_open_to_read(&s, c->repo, &so, err);

	return rc < 0 ? rc : prune_vault(c, &s, err);
}

const vv_command vv_cmd_vault_prune = {
	.name = "vault prune",
	.group = "care",
	.summary = "remove from the vault data that no version needs",
	.usage = "[--grace DAYS] [--dry-run] [--key FILE]",
	.example = "$ varve vault prune --dry-run",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "some data could not be rewritten yet",
	.arguments = "",
	.takes = "",
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_prune,
};
