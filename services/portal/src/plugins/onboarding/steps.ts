/** What the three steps are judged by; all of it lives on the server, so that it is the same tomorrow. */
export interface OnboardingFacts {
  locationIds: string[];
  /** Locations that were read without failing and gave at least one entity. */
  readWithEntities: number;
  members: number;
}

export interface OnboardingSteps {
  connected: boolean;
  filled: boolean;
  invited: boolean;
  done: number;
  finished: boolean;
}

export const stepCount = 3;

export function onboardingSteps(facts: OnboardingFacts): OnboardingSteps {
  const connected = facts.locationIds.length > 0;
  const filled = facts.readWithEntities > 0;
  const invited = facts.members > 1;
  const done = [connected, filled, invited].filter(Boolean).length;
  return { connected, filled, invited, done, finished: done === stepCount };
}
