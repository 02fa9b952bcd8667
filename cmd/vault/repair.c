/*
 * repair: copies that were lost, made again elsewhere.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/vault/commands.h"
#include "cmd/vault/owed.h"
#include "cmd/vault/work/vault_repair.h"

#define AWAY (UINT64_C(7) * 86400)

typedef struct options {
	bool now, quiet;
	uint64_t rate;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "now", now, "do not wait 7 days for a holder that is away"),
	OPT_NUMBER(0, "limit-rate", rate, "BYTES", "send at most this much per second"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "stop waiting for a holder after this long without a byte (60; 2 for its first "
		   "answer)"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static int check_repair(const vv_context *c)
{
	return c->argc > 0 ? vv_usage_error("repair takes no arguments, not '%s'",
					    vv_text_shows(c->argv[0]))
			   : VV_EXIT_OK;
}

#define COST_TEXT 128u

/* A stripe's shard is read from many: how much, to the tenth. */
static const char *cost_text(char out[COST_TEXT], const vv_owed *x)
{
	const uint64_t tenths = x->sent > 0 ? (x->read * 10 + x->sent / 2) / x->sent : 0;

	(void)snprintf(out, COST_TEXT, "; read %s, %llu.%llu bytes for each byte",
		       vv_text_bytes(x->read), (unsigned long long)(tenths / 10),
		       (unsigned long long)(tenths % 10));
	return out;
}

static void tell_damaged(const vv_vault_session *s)
{
	for (size_t i = 0; i < s->place_count; i++) {
		const vv_vault_place *p = &s->places[i];
		for (size_t k = 0; k < p->meeting.damaged_count; k++) {
			const vv_damaged_record *d = &p->meeting.damaged[k];
			if (!d->unheard) {
				vv_note("the record %s at '%s' is damaged, "
					"and no reachable holder has it",
					vv_text_shows(d->name), vv_text_shows(p->config->name));
			}
		}
	}
}

static vv_status on_missing(void *payload VV_UNUSED, const char *line, vv_error *err VV_UNUSED)
{
	vv_progress_end();
	vv_out("lost: ");
	vv_out_text(line, strlen(line));
	vv_out("\n");
	return VV_OK;
}

/* What no holder had. */
static void tell_resealed(const options *o, const vv_reseal *x)
{
	char did[VV_DID_TEXT];

	if (x->lost == 0) return;
	if (!o->quiet || x->left > 0) {
		vv_note("no holder had %s any longer: sealed %s again from here, retired %s",
			vv_text_counted(x->lost, "shard", NULL),
			vv_text_counted(x->items, "item", NULL),
			vv_text_counted(x->retired, "shard", NULL));
	}
	if (x->gone > 0 && x->versions == 0 && !o->quiet) {
		vv_note("%s could not be had anywhere; no ref here reaches them",
			vv_text_counted(x->gone, "item", NULL));
	}
	if (x->versions > 0) {
		vv_note("%s could not be had here or from any holder; a clone that has all of "
			"them can "
			"run 'varve vault repair' (or 'varve fetch' gets them here first)",
			vv_text_counted(x->versions, "version of a table", "versions of tables"));
	}
	if (x->foreign) {
		vv_did_text(did, x->writer);
		vv_note("the rest was sealed by %s: run 'varve vault repair' there", did);
	}
}

static void tell(const options *o, const vv_vault_repair *x, const vv_vault_session *s)
{
	const vv_owed *owed = &x->owed;
	char cost[COST_TEXT];

	vv_progress_end();
	if (!o->quiet && x->mended > 0) {
		vv_note("wrote %s of the ledger again",
			vv_text_counted(x->mended, "damaged record", NULL));
	}
	tell_damaged(s);
	if (!o->quiet || owed->owed > 0) {
		vv_note("made %s again (%s)%s", vv_text_counted(owed->shards, "copy", "copies"),
			vv_text_bytes(owed->sent), owed->shards > 0 ? cost_text(cost, owed) : "");
	}
	tell_resealed(o, &x->reseal);
	if (owed->lost > 0) {
		vv_note("no reachable holder has %s", vv_text_counted(owed->lost, "shard", NULL));
	}
	if (owed->owed > owed->hopeless) {
		const uint64_t lacking = owed->owed - owed->hopeless;
		vv_auto(vv_buf) b = VV_BUF_INIT;
		vv_print_owed(&b, s, owed->copies, true);
		vv_note("%s still lacking: %s",
			lacking == 1 ? "1 copy is" : vv_text_counted(lacking, "copy", "copies are"),
			vv_buf_cstr(&b));
	}
	if (!o->quiet && owed->owed == 0 && x->damaged == 0) {
		const size_t away = vv_vault_session_away(s);
		vv_note(s->policy.code.data > 0
				? "safe: all stripes are whole, and the rest has %s%s"
				: "safe: everything in the vault has %s%s",
			vv_text_counted(owed->copies, "copy", "copies"),
			away > 0 ? ", counting those of holders that are away now" : "");
	}
}

static vv_status run_repair(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_session_options so = {.notes = &vv_notes_stderr,
				       .need_key = true,
				       .quiet = o->quiet,
				       .idle_sec = o->timeout == 0 && o->now ? VV_IDLE_DEFAULT
									     : o->timeout,
				       .again = true};
	vv_vault_repair x = {.owed = {.fix = true, .away_sec = o->now ? 1 : AWAY, .rate = o->rate},
			     .reseal = {.missing = on_missing}};
	vv_auto(vv_vault_session) s = {.lock = -1};
	vv_status rc = vv_vault_session_open(&s, c->repo, &so, err);

	if (rc < 0) return rc;
	x.owed.copies = s.policy.copies ? s.policy.copies : 1;
	/* Holders that are away count as gone now: one second is long enough, even for one seen just now. */
	s.now += o->now ? 2 : 0;
	if ((rc = vv_vault_session_need_vault(&s, err)) == VV_OK &&
	    (rc = vv_vault_repair_run(&x, &s, err)) == VV_OK) {
		tell(o, &x, &s);
		c->code = x.owed.owed > 0 || x.damaged > 0 ? VV_EXIT_NO : VV_EXIT_OK;
	}
	return rc;
}

const vv_command vv_cmd_vault_repair = {
	.name = "vault repair",
	.group = "care",
	.summary = "make sealed copies again that failed an audit, or whose holder is away",
	.usage = "[--now] [--limit-rate BYTES]",
	.example = "$ varve vault repair --now\n"
		   "made 1 copy again (4.1 kB); read 4.1 kB, 1.0 bytes for each byte\n"
		   "safe: everything in the vault has 2 copies",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "copies are lacking",
	.arguments = "",
	.check = check_repair,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_repair,
};
