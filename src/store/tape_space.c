/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/tape_space.h"

/* A walk over a partition: to is where it is, left what there is still to go.
 */
struct walk {
	const struct semu_tape_view *v;
	uint64_t to, left;
};

typedef int walk_fn(struct walk *w);

static int stop(struct walk *w, uint64_t to, uint64_t done, int result)
{
	w->to = to;
	w->left -= done;
	return result;
}

static int blocks_forward(struct walk *w)
{
	const struct semu_tape_view *v = w->v;
	uint64_t file = v->files_before(v->t, w->to);
	bool marked = file < v->files;
	uint64_t end = marked ? v->mark(v->t, file) : v->objects;
	uint64_t there = end - w->to;

	if (w->left <= there)
		return stop(w, w->to + w->left, w->left, SCSIEMU_OK);
	return marked ? stop(w, end + 1, there, SCSIEMU_R_MARK)
		      : stop(w, end, there, SCSIEMU_R_EOD);
}

static int blocks_back(struct walk *w)
{
	const struct semu_tape_view *v = w->v;
	uint64_t file = v->files_before(v->t, w->to);
	uint64_t begin = file ? v->mark(v->t, file - 1) + 1 : 0;
	uint64_t there = w->to - begin;

	if (w->left <= there)
		return stop(w, w->to - w->left, w->left, SCSIEMU_OK);
	return file ? stop(w, begin - 1, there, SCSIEMU_R_MARK)
		    : stop(w, 0, there, SCSIEMU_R_BOM);
}

static int marks_forward(struct walk *w)
{
	const struct semu_tape_view *v = w->v;
	uint64_t file = v->files_before(v->t, w->to);
	uint64_t there = v->files - file;

	if (w->left > there)
		return stop(w, v->objects, there, SCSIEMU_R_EOD);
	return stop(w, v->mark(v->t, file + w->left - 1) + 1, w->left,
		    SCSIEMU_OK);
}

static int marks_back(struct walk *w)
{
	const struct semu_tape_view *v = w->v;
	uint64_t file = v->files_before(v->t, w->to);

	if (w->left > file)
		return stop(w, 0, file, SCSIEMU_R_BOM);
	return stop(w, v->mark(v->t, file - w->left), w->left, SCSIEMU_OK);
}

/* Are the filemarks first to first + n - 1 one behind the other? */
static bool is_run(const struct semu_tape_view *v, uint64_t first, uint64_t n)
{
	return v->mark(v->t, first + n - 1) - v->mark(v->t, first) == n - 1;
}

static bool failed(const struct semu_tape_view *v)
{
	return v->failed && *v->failed;
}

static int run_forward(struct walk *w)
{
	const struct semu_tape_view *v = w->v;
	uint64_t file = v->files_before(v->t, w->to), n = w->left;

	for (; n <= v->files - file && !failed(v); file++) {
		if (is_run(v, file, n))
			return stop(w, v->mark(v->t, file + n - 1) + 1, n,
				    SCSIEMU_OK);
	}
	return stop(w, v->objects, 0, SCSIEMU_R_EOD);
}

static int run_back(struct walk *w)
{
	const struct semu_tape_view *v = w->v;
	uint64_t file = v->files_before(v->t, w->to), n = w->left;

	for (; n <= file && !failed(v); file--) {
		if (is_run(v, file - n, n))
			return stop(w, v->mark(v->t, file - n), n, SCSIEMU_OK);
	}
	return stop(w, 0, 0, SCSIEMU_R_BOM);
}

static int to_end(struct walk *w)
{
	return stop(w, w->v->objects, w->left, SCSIEMU_OK);
}

int semu_tape_space(const struct semu_tape_view *v, uint64_t at, uint64_t what,
		    int64_t count, uint64_t *to, uint64_t *left)
{
	static walk_fn *const walks[][2] = {
		[SCSIEMU_SPACE_BLOCKS] = { blocks_forward, blocks_back },
		[SCSIEMU_SPACE_MARKS] = { marks_forward, marks_back },
		[SCSIEMU_SPACE_SEQUENTIAL] = { run_forward, run_back },
		[SCSIEMU_SPACE_END] = { to_end, to_end },
	};
	struct walk w = { v, at,
			  count < 0 ? -(uint64_t)count : (uint64_t)count };
	int rc = SCSIEMU_OK;

	if (what >= sizeof(walks) / sizeof(walks[0]))
		return SCSIEMU_E_RANGE;
	if (count || what == SCSIEMU_SPACE_END)
		rc = walks[what][count < 0](&w);
	if (failed(v) || w.to > v->objects)
		rc = stop(&w, at, 0, SCSIEMU_E_READ);
	*to = w.to;
	*left = w.left;
	return rc;
}

int semu_tape_object(const struct semu_tape_view *v, uint64_t object,
		     uint64_t *to)
{
	*to = object <= v->objects ? object : v->objects;
	return object <= v->objects ? SCSIEMU_OK : SCSIEMU_R_EOD;
}

int semu_tape_file(const struct semu_tape_view *v, uint64_t file, uint64_t *to)
{
	uint64_t at = file && file <= v->files ? v->mark(v->t, file - 1) + 1
					       : 0;

	if (failed(v) || at > v->objects)
		return SCSIEMU_E_READ;
	*to = file > v->files ? v->objects : at;
	return file > v->files ? SCSIEMU_R_EOD : SCSIEMU_OK;
}
