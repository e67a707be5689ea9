package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Sources(ctx context.Context) ([]*model.Source, error) {
	return model.AllSources(r.atlas(ctx)), nil
}

func (r *queryResolver) Search(ctx context.Context, text string, first *int) ([]*model.SearchResult, error) {
	limit := 10
	if first != nil {
		limit = *first
	}
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	return model.Search(ctx, on, text, limit)
}

func (r *queryResolver) Dataset(ctx context.Context) (*model.Dataset, error) {
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	return model.NewDataset(on), nil
}

func (r *queryResolver) Node(ctx context.Context, id string) (model.Node, error) {
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	node, err := model.FindNode(on, id)
	return node, sentra.In("id", err)
}

func (r *queryResolver) Nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > model.MaxPage {
		return nil, sentra.BadInput("ids", "%d ids are too many; at most %d are allowed", len(ids), model.MaxPage)
	}
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	out := make([]model.Node, len(ids))
	for i, id := range ids {
		node, err := model.FindNode(on, id)
		if err != nil {
			return nil, sentra.In(fmt.Sprintf("ids.%d", i), err)
		}
		out[i] = node
	}
	return out, nil
}

type subscriptionResolver struct{ *Resolver }

// DatasetChanged sends the present dataset immediately, and each later one until ctx
// ends. A slow client skips intermediate ones.
func (r *subscriptionResolver) DatasetChanged(ctx context.Context) (<-chan *model.Dataset, error) {
	out := make(chan *model.Dataset)
	go func() {
		defer close(out)
		defer func() {
			if value := recover(); value != nil {
				graphql.AddError(ctx, graphql.Recover(ctx, value))
			}
		}()
		var told *atlas.Atlas
		for {
			changed := r.Holder.Changed()
			if present := r.Holder.Atlas(); present != told {
				told = present
				on, err := model.Today(present, sentra.Today(r.Now()))
				if err != nil {
					graphql.AddError(ctx, err)
					return
				}
				select {
				case out <- model.NewDataset(on):
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}
