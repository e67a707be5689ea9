// The queries of the Relay client, from which relay-compiler generates its artifacts.
import { graphql } from 'relay-runtime';

graphql`
  query questionsTwoDaysQuery {
    now: region(code: "94.06") { ...questions_region }
    then: region(code: "94.06", asOf: "2017-12-25") { ...questions_region }
  }
`;

graphql`
  query questionsDayQuery($code: String!, $day: Date) {
    region(code: $code, asOf: $day) { ...questions_region }
  }
`;

graphql`
  fragment questions_region on Region
  @refetchable(queryName: "questionsRegionRefetchQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 1 }, after: { type: "String" }) {
    id
    asOf
    code
    affirmative { answer disadvantaged { designations { id regulation region { id asOf } } } }
    parent { id name }
    supports { id region { id asOf } cluster { id asOf } product { id asOf } }
    facilitators { count region { id asOf } }
    candidates { named region { id asOf } phase { id asOf } }
    events { kind region { id asOf } }
    nearest(first: 2) { distanceMetres region { id asOf } }
    neighbours { sharedBorderKm region { id asOf } }
    screening {
      lower
      region { id asOf }
      findings { element outcome supports { id region { id asOf } } clusters(first: 1) { id asOf } designations { id region { id asOf } } }
      facilitators { nearest { distanceMetres facilitators { region { id asOf } } } }
      nearestClusters(first: 1) { distanceMetres cluster { id asOf regions { id asOf } } }
    }
    clusters(first: $first, after: $after) @connection(key: "questions_clusters") {
      edges { node { id key asOf regions { id parent { id name } } products { id asOf clusters { id asOf } } phases { id asOf } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

graphql`
  query questionsListQuery($day: Date) { ...questions_list @arguments(day: $day) }
`;

graphql`
  fragment questions_list on Query
  @refetchable(queryName: "questionsListRefetchQuery")
  @argumentDefinitions(day: { type: "Date" }, first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    regions(filter: { level: PROVINCE }, asOf: $day, first: $first, after: $after) @connection(key: "questions_regions") {
      edges { node { id code asOf } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;
