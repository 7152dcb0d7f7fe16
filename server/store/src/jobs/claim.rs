//! Taking the next job: each engine keeps two workers off the same one in its own way.

use crate::dialect::differing;

/// `$head` says that a job is one of the `heads`; `$lock` is what the engine needs so that two workers don't take the same job.
macro_rules! claim {
    ($head:literal, $lock:literal) => {
        concat!(
            "WITH RECURSIVE shares (share) AS (
                SELECT (SELECT j.share FROM jobs j WHERE j.queue = $4 AND j.state = 'waiting' ORDER BY j.share LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT j.share FROM jobs j WHERE j.queue = $4 AND j.state = 'waiting' AND j.share > shares.share ORDER BY j.share LIMIT 1
                ) FROM shares WHERE shares.share IS NOT NULL
            ),
            busy AS (
                SELECT share, COUNT(*) AS running FROM jobs
                WHERE queue = $4 AND state = 'running' AND lease_until > $2 GROUP BY share
            ),
            heads AS (
                SELECT (
                    SELECT j.id FROM jobs j WHERE j.queue = $4 AND j.state = 'waiting' AND j.share = shares.share AND j.run_at <= $2
                    ORDER BY j.priority DESC, j.run_at, j.id LIMIT 1
                ) AS id FROM shares WHERE shares.share IS NOT NULL
                UNION ALL
                SELECT id FROM jobs WHERE queue = $4 AND state = 'running' AND lease_until <= $2 AND attempts < max_attempts
            )
            UPDATE jobs SET state = 'running', attempts = attempts + 1, fence = fence + 1, deduplication = NULL, worker = $1, lease_until = $3
            WHERE id = (
                SELECT due.id FROM jobs due LEFT JOIN busy ON busy.share = due.share
                WHERE ",
            $head,
            " AND CASE due.state
                    WHEN 'waiting' THEN due.run_at <= $2
                    WHEN 'running' THEN due.lease_until <= $2 AND due.attempts < due.max_attempts
                    ELSE FALSE END
                ORDER BY COALESCE(busy.running, 0), due.priority DESC, due.run_at, due.id LIMIT 1",
            $lock,
            ") RETURNING ",
            super::columns!()
        )
    };
}

differing! {
    /// The next job of queue `$4` that is due or whose worker has let its lease run out: the most urgent one of the organization with the
    /// fewest jobs running, so that nobody's files keep everybody's waiting. The organizations are hopped along the index, so its cost grows
    /// with them and not with the jobs.
    CLAIM_JOB = Dialect {
        // The one writer makes it exclusive.
        sqlite: claim!("due.id IN (SELECT id FROM heads)", ""),
        // As a list of ids, and what must hold of them as a CASE: joined or said plainly, the planner reads every waiting job instead.
        postgres: claim!("due.id = ANY (ARRAY(SELECT id FROM heads))", " FOR UPDATE OF due SKIP LOCKED"),
    };
}
