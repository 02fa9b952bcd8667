/*
 * function: how texts and numbers from elsewhere become operands, and how an operand is handed back.
 */
#include "dataset/rows/function.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/rows/condition_calls.h"
#include "dataset/rows/condition_run.h"
#include "dataset/rows/sum_values.h"
#include "dataset/schema/value.h"

#define MICROS 1000000

struct vv_function {
	const vv_call *call;
	vv_condition_scratch *scratch;
	vv_buf text;
	vv_type type; /* of the first date or time among the arguments */
};

bool vv_function_info(vv_function_facts *out, size_t i)
{
	const vv_call *call = vv_call_at(i);

	if (call) {
		*out = (vv_function_facts){call->name, call->least, call->most, call->sqlite};
	}
	return call != NULL;
}

vv_function *vv_function_new(size_t i)
{
	vv_auto(vv_function) *f = vv_calloc(1, sizeof(*f));

	if (!f || !(f->scratch = vv_condition_scratch_new())) return NULL;
	f->call = vv_call_at(i);
	return vv_take(&f);
}

void vv_function_free(vv_function *f)
{
	if (f) {
		vv_condition_scratch_free(f->scratch);
		vv_buf_clear(&f->text);
		vv_free(f);
	}
}

/* ---- arguments ---- */

static void read_number(vv_condition_scratch *s, size_t a)
{
	vv_operand *v = &s->stack[a];

	if (vv_small_read(&v->small, v->text, v->len, true)) return;
	vv_operand_read_number(v, &s->large[a], &s->digits, NULL, v->text, v->len, &s->failed);
}

/* As the first of the types that it is a value of. */
static void read_time(vv_function *f, size_t a, const vv_type types[3])
{
	vv_operand *v = &f->scratch->stack[a];
	bool is = false;

	for (size_t i = 0; i < 3 && !is; i++) {
		const vv_field field = {.type = types[i]};

		is = vv_operand_read_time(v, &field, v->text, v->len);
		f->type = is && a == 0 ? types[i] : f->type;
	}
	v->state = is ? VV_VALUE_SMALL : VV_VALUE_UNKNOWN;
}

static vv_status read_one(vv_function *f, const vv_given *arg, size_t a, char letter, vv_error *err)
{
	static const vv_type days[] = {VV_TYPE_DATE, VV_TYPE_DATETIME, VV_TYPE_DATE},
			     clocks[] = {VV_TYPE_TIME, VV_TYPE_DATETIME, VV_TYPE_TIME},
			     months[] = {VV_TYPE_DATE, VV_TYPE_DATETIME, VV_TYPE_YEARMONTH};
	vv_operand *v = &f->scratch->stack[a];
	const bool timed = strchr("dcm", letter) != NULL;

	*v = (vv_operand){.state = arg->kind == VV_GIVEN_NULL ? VV_VALUE_MISSING : VV_VALUE_SMALL,
			  .text = arg->len > 0 ? arg->text : "",
			  .len = arg->len};
	if (arg->kind == VV_GIVEN_NULL) return VV_OK;
	if (timed && arg->kind == VV_GIVEN_NUMBER) {
		return vv_fail(err, VV_EUSAGE, "%s requires a %s, not a number", f->call->name,
			       letter == 'c' ? "time" : "date");
	}
	if (timed) {
		read_time(f, a, letter == 'd' ? days : letter == 'c' ? clocks : months);
	} else if (letter == 'n' || (letter == 'x' && arg->kind == VV_GIVEN_NUMBER)) {
		read_number(f->scratch, a);
	} else if (letter == 'b') {
		v->truth = v->len > 0 && strchr("1tT", *v->text);
	}
	return VV_OK;
}

/* Reads all; *kind: of those that are of one kind. */
static vv_status read_all(vv_function *f, const vv_given *args, size_t count, vv_operand_kind *kind,
			  vv_error *err)
{
	const size_t letters = strlen(f->call->takes);
	vv_given_kind x = VV_GIVEN_NULL;

	for (size_t i = 0; i < count; i++) {
		const char letter = f->call->takes[i < letters ? i : letters - 1];
		vv_status rc = read_one(f, &args[i], i, letter, err);

		if (rc < 0) return rc;
		if (letter != 'x' || args[i].kind == VV_GIVEN_NULL) {
			continue;
		}
		if (x != VV_GIVEN_NULL && x != args[i].kind) {
			return vv_fail(err, VV_EUSAGE,
				       "the arguments of %s must be all texts or all numbers",
				       f->call->name);
		}
		x = args[i].kind;
	}
	*kind = x == VV_GIVEN_NUMBER ? VV_OPERAND_NUMBER : VV_OPERAND_TEXT;
	return VV_OK;
}

/* ---- the result ---- */

static bool put_time(vv_given *out, const vv_time_value *t, vv_type type)
{
	vv_value v = {.fraction = t->fraction, .fraction_len = t->fraction_len};

	out->kind = type == VV_TYPE_DATE ? VV_GIVEN_DATE : VV_GIVEN_DATETIME;
	out->i = t->days;
	return out->kind == VV_GIVEN_DATE ||
	       (!__builtin_mul_overflow(t->days, (int64_t)86400, &v.seconds) &&
		!__builtin_add_overflow(v.seconds, t->seconds, &v.seconds) &&
		vv_value_units(&out->i, &v, MICROS));
}

static void give_value(vv_given *out, vv_function *f, vv_operand_kind x)
{
	const vv_operand *v = &f->scratch->stack[0];
	const char gives = f->call->gives;
	const bool number = gives == 'n' || (gives == 'x' && x == VV_OPERAND_NUMBER);

	*out = (vv_given){.kind = VV_GIVEN_NULL};
	if (v->state < VV_VALUE_SMALL) return;
	if (gives == 'b') {
		out->kind = VV_GIVEN_TRUTH;
		out->i = v->truth;
	} else if (gives == 'd' || (gives == 'x' && f->call->takes[0] == 'd')) {
		out->kind = put_time(out, &v->time, gives == 'd' ? VV_TYPE_DATE : f->type)
				    ? out->kind
				    : VV_GIVEN_NULL;
	} else {
		out->kind = number ? VV_GIVEN_NUMBER : VV_GIVEN_TEXT;
		vv_value_put(&f->text, v, &f->scratch->large[0],
			     number ? VV_OPERAND_NUMBER : VV_OPERAND_TEXT, VV_TYPE_ANY,
			     VV_KEY_PLACES);
		out->text = vv_buf_cstr(&f->text);
		out->len = f->text.len;
	}
}

vv_status vv_function_call(vv_given *out, vv_function *f, const vv_given *args, size_t count,
			   vv_error *err)
{
	vv_operand_kind x = VV_OPERAND_TEXT;
	vv_status rc;

	if (count < f->call->least || count > f->call->most) {
		return vv_fail(err, VV_EUSAGE, "%s cannot have %zu arguments", f->call->name,
			       count);
	}
	vv_arena_reset(&f->scratch->texts);
	f->scratch->text_len = 0;
	f->scratch->failed = false;
	vv_buf_reset(&f->text);
	if ((rc = read_all(f, args, count, &x, err)) < 0) return rc;
	vv_call_run(f->call, f->scratch, 0, count, x);
	give_value(out, f, x);
	return f->scratch->failed ? vv_fail_nomem(err) : vv_buf_ok(&f->text, err);
}
