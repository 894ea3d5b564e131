/* One partition of one subscription, and the rewinds that are asked of it; see README.md. Transitions are named as in the code
   (Hermes.Worker.Retransmitter/Jobs, Hermes.Worker.Consumer/Orders). -DNO_R2 and the like take one fix out. */

#ifndef JOBS
#define JOBS 1
#endif
#ifndef TROUBLES
#define TROUBLES 3      /* sessions and memberships that may be lost, and members that may come back */
#endif
#define END 2           /* messages 0 and 1; every job's target is 0 */
#define NOBODY 2

mtype = { NEW, MOVING, DONE, NONE, OPEN, ACKED };

/* The broker */
byte committed = END;
byte owner = 0;         /* the member that owns the partition; NOBODY: the group is empty */
byte generation = 1;

/* ZooKeeper */
mtype job[JOBS] = NEW;
mtype order[JOBS] = NONE;
byte claim[JOBS] = 0;   /* the number of the claim that stands: the guard of each multi */
byte claims = 0;
byte holder = 0;        /* the job that has the subscription's offsets, plus one */
bool signalled[2] = false;
byte latest = 0;        /* the job that was accepted last */

/* What really happened */
bool moved[JOBS] = false;   /* the group was moved for this job, after its acceptance */
bool due[END] = false;      /* not delivered since the group was moved to before it */
byte troubles = TROUBLES;

inline MoveGroup(j) {
    committed = 0; moved[j] = true; due[0] = true; due[1] = true
}

#define IS_DONE (job[0] == DONE && job[JOBS - 1] == DONE)
#define MAY_BE_CLAIMED(j) (claim[j] == 0 && (job[j] == MOVING || (job[j] == NEW && holder == 0)))

active [2] proctype Retransmitter() {
    byte j, mine;
start:
    mine = 0; j = 0;
    if
    :: IS_DONE -> goto over
    :: atomic { MAY_BE_CLAIMED(0) -> claims++; mine = claims; claim[0] = mine; j = 0 } /* Claim */
#if JOBS > 1
    :: atomic { MAY_BE_CLAIMED(1) -> claims++; mine = claims; claim[1] = mine; j = 1 }
#endif
    fi;
#ifdef NO_R4
    if /* in two writes, and a crash between them is not taken up */
    :: atomic { claim[j] == mine && job[j] == NEW && holder == 0 -> holder = j + 1 };
       atomic { if :: claim[j] == mine -> job[j] = MOVING; latest = j :: else -> goto start fi }
    :: else -> skip
    fi;
#else
    atomic {
        if
        :: claim[j] != mine -> goto start
        :: claim[j] == mine && job[j] == NEW && holder != 0 -> claim[j] = 0; goto start         /* Queue */
        :: claim[j] == mine && job[j] == NEW && holder == 0 -> holder = j + 1; job[j] = MOVING; latest = j  /* Accept */
        :: else -> skip
        fi
    };
#endif
round:
    if
    :: claim[j] != mine || job[j] != MOVING -> goto start
    :: claim[j] == mine && job[j] == MOVING && order[j] == ACKED -> goto finish
    :: claim[j] == mine && job[j] == MOVING && order[j] != ACKED && owner != NOBODY ->
        atomic { /* PublishOrders */
            if
            :: claim[j] == mine && holder == j + 1 && order[j] == NONE ->
                order[j] = OPEN;
                if :: owner != NOBODY -> signalled[owner] = true :: else -> skip fi
            :: else -> skip
            fi
        };
        (order[j] != OPEN || owner == NOBODY || claim[j] != mine);
        goto round
    :: claim[j] == mine && job[j] == MOVING && order[j] != ACKED && owner == NOBODY ->
        atomic { /* WithdrawOrders: at version 0, so never an acknowledged one */
            if
            :: claim[j] != mine -> goto start
            :: claim[j] == mine && order[j] == ACKED -> goto round
            :: else -> order[j] = NONE
            fi
        };
        atomic { /* AlterOffsets, ReadBack: the broker refuses where there are members */
            if
            :: owner == NOBODY && claim[j] == mine -> MoveGroup(j)
            :: else -> goto round
            fi
        }
    fi;
finish:
    atomic { /* Finish */
        if
        :: claim[j] == mine && holder == j + 1 ->
            assert(moved[j]);           /* I3: success is proven, never inferred */
            job[j] = DONE; order[j] = NONE; holder = 0; claim[j] = 0
        :: else -> skip
        fi
    };
    goto start;
over:
    assert(holder == 0 && order[0] == NONE && order[JOBS - 1] == NONE)
}

active [2] proctype Consumer() {
    byte me = _pid - 2;
    byte mine = 0, next = 0, ledger = 0, taken = 0, j = 0;
    bool busy = false, isOld = false, confirmed = false;
end:
    do
    :: atomic { owner == me && mine != generation ->     /* assigned: from what the group has committed */
        mine = generation; next = committed; ledger = committed;
        if :: busy -> isOld = true :: else -> skip fi }
    :: atomic { mine != 0 && mine != generation && owner != me -> mine = 0; busy = false; isOld = false } /* revoked, at last noticed */
    :: atomic { mine != 0 && !busy && next < END -> busy = true; isOld = false; taken = next; next++; due[taken] = false } /* delivered */
    :: atomic { mine != 0 && busy -> busy = false;       /* settled */
#ifdef NO_R14
        if :: taken + 1 > ledger -> ledger = taken + 1 :: else -> skip fi }
#else
        if :: !isOld && taken + 1 > ledger -> ledger = taken + 1 :: else -> skip fi; isOld = false }
#endif
    :: atomic { owner == me && mine == generation && ledger > committed -> /* commit; the broker takes it from the present generation alone */
        assert(ledger < 1 || !due[0]); assert(ledger < 2 || !due[1]);      /* I1, I4: nothing undelivered is jumped over */
        committed = ledger }
#ifdef NO_R10
    :: atomic { mine != 0 && signalled[me] && order[0] == OPEN -> signalled[me] = false; j = 0 };
#else
    :: atomic { mine != 0 && order[0] == OPEN -> j = 0 };
#endif
        goto obey
#if JOBS > 1
    :: atomic { mine != 0 && order[1] == OPEN -> j = 1 };
        goto obey
#endif
    od;
obey:
    atomic { next = 0; ledger = 0; if :: busy -> isOld = true :: else -> skip fi };  /* ApplyOrder: drop, seek, new epoch */
    atomic {
        if
        :: owner == me && mine == generation ->
            assert(latest == j || !moved[latest]);  /* I2: no order acts after a later job has moved the group */
            MoveGroup(j); confirmed = true
        :: else -> confirmed = false
        fi
    };
#ifdef NO_R9
    confirmed = true;
#endif
    atomic { /* Acknowledge: writes the order at version 0 */
        if
#ifdef NO_R2
        :: confirmed && order[0] == OPEN -> order[0] = ACKED
        :: confirmed && order[0] != OPEN && order[JOBS - 1] == OPEN -> order[JOBS - 1] = ACKED
#else
        :: confirmed && order[j] == OPEN -> order[j] = ACKED
#endif
        :: else -> skip
        fi;
        confirmed = false
    };
    goto end
}

/* Sessions and memberships are lost at any time, without their holders' knowing; members come back. */
active proctype Trouble() {
end:
    do
    :: atomic { troubles > 0 && claim[0] != 0 -> claim[0] = 0; troubles-- }
#if JOBS > 1
    :: atomic { troubles > 0 && claim[1] != 0 -> claim[1] = 0; troubles-- }
#endif
    :: atomic { troubles > 0 && owner != NOBODY -> owner = NOBODY; generation++; troubles-- }
    :: atomic { troubles > 0 && owner != 0 -> owner = 0; generation++; troubles-- }
    :: atomic { troubles > 0 && owner != 1 -> owner = 1; generation++; troubles-- }
    od
}
